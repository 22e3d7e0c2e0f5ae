scheduler "demo" "flood" {
  host = "pool.example.org"
  transfer "fast" {
    chunk    = 1
    password = "hunter2"
  }
}
