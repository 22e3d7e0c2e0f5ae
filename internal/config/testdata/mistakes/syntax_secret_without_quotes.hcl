scheduler "demo" "flood" {
  host     = "pool.example.org"
  password = hunter2!
}
