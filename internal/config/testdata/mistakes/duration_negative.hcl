scheduler "demo" "flood" {
  host    = "pool.example.org"
  timeout = "-5s"
}
