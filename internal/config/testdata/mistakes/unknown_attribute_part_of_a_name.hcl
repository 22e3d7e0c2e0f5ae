scheduler "demo" "flood" {
  host = "pool.example.org"
  user = "portal"
}
