scheduler "demo" "flood" {
  host    = "pool.example.org"
  port    = "ssh"
  weights = [1, 2.5, "x", null]
}
