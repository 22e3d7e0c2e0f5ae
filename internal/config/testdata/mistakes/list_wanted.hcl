scheduler "demo" "flood" {
  host   = "pool.example.org"
  queues = "fast"
}
