scheduler "demo" "flood" {
  host    = "pool.example.org"
  pasword = "hunter2"
}
