scheduler "demo" "flood" {
  host     = "pool.example.org"
  password = file("nowhere/password.txt")
}
