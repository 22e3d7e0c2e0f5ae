driver_dir = 5
store {
  address  = ["redis://:hunter2@localhost"]
  username = true
}
driver "demo" {
  env = "A=hunter2"
}
