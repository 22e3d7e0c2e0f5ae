scheduler "demo" "flood" {
  host   = "pool.example.org"
  verify = "yes"
}
