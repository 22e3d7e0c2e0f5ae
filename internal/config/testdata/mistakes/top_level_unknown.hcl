drivers_dir = "./plugins"
password    = "hunter2"

schedular "demo" "flood" { password = "hunter2" }

task "x" {
  password = "hunter2"
}
