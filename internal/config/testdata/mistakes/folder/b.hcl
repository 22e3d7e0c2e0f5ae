driver_dir = "./plugins"
scheduler "demo" "flood" {
  host     = "b"
  password = "hunter2"
}
