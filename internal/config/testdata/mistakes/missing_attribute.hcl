scheduler "demo" "flood" {
  port = 2222
}
