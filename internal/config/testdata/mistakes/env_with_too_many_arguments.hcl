scheduler "demo" "flood" {
  host = env("A", "b", "c")
}
