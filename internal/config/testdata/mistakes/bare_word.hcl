scheduler "demo" "flood" {
  host = pool
}
