scheduler "demo" "flood" {
  host = "pool.example.org"
  dsk {
    key = "hunter2"
  }
  disc { key = "hunter2" }
}
