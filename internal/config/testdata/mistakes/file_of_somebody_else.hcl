scheduler "demo" "flood" {
  host     = "pool.example.org"
  password = file("~ada/password.txt")
}
