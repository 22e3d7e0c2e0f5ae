scheduler "demo" {
  password = "hunter2"
}
driver { path = "x" }
store "redis" { password = "hunter2" }
scheduler "demo" "a" "b" {}
