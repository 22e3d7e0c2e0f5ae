scheduler "demo" "flood" {
  host = "pool.example.org"
  tags {
    a = "b"
  }
}
