scheduler "demo" "flood" {
  host = "pool.example.org"
  transfr {
    chunk = 1
  }
}
