scheduler "demo" "flood" {
  host = null
}
