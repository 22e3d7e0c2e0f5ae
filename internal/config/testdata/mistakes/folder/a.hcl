driver_dir = "./plugins"
scheduler "demo" "flood" {
  host = "a"
}
store {}
