scheduler "demo" "flood" {
  host     = "pool.example.org"
  password = hunter2
  token    = hunter2("x")
}
