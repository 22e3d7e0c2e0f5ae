scheduler "demo" "flood" {
  host    = "pool.example.org"
  timeout = "1.5"
}
