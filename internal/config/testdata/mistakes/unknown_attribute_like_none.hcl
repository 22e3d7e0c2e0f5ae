scheduler "demo" "flood" {
  host  = "pool.example.org"
  xyzzy = 1
}
