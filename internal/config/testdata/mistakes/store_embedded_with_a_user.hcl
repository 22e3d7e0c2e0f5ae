store {
  path     = "~nobody/data"
  username = "portal"
  password = "hunter2"
}
