scheduler "demo" "flood" {
  host = "pool.example.org"
  disk {
    name = "one"
  }
  disk {
    size = 4
  }
}
