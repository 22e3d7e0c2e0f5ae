scheduler "demo" "flood" {
  host = "pool.example.org"
  disk = { key = "hunter2", name = 5 }
  disk {
    name = 5
    key  = "hunter2"
  }
  transfer {
    chunk = 1
  }
  transfer = "hunter2"
  tags = { a = "b" }
  tags {
    b = "hunter2"
  }
}
