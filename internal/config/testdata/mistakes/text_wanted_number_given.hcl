scheduler "demo" "flood" {
  host = 5
}
