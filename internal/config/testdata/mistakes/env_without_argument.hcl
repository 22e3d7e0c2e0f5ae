scheduler "demo" "flood" {
  host = env()
}
