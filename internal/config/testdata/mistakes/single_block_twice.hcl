scheduler "demo" "flood" {
  host = "pool.example.org"
  transfer {
    chunk = 1
  }
  transfer {
    chunk = 2
  }
}
