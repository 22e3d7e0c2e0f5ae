drivers_dir = "./plugins"
password    = "hunter2"

schedular "demo" "flood" { password = "hunter2" }

job "x" {
  password = "hunter2"
}
