store {
  address  = "redis://:hunter2@localhost:6379/0"
  path     = "./data"
  pasword  = "hunter2"
}
