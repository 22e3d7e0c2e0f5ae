scheduler "demo" "flood" {
  host = uper("pool")
}
