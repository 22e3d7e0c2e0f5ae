scheduler "demo" "flood" {
  hots = "pool.example.org"
}
