scheduler "demo" "flood" {
  host     = "pool.example.org"
  password = "hunter2"
  password = "hunter2!"
  portt    = 22
}
