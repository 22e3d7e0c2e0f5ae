scheduler "demo" "flood" {
  host = "pool.example.org"
  transfer {
    chunk = 1
    retry {
      maxx = 3
    }
  }
}
