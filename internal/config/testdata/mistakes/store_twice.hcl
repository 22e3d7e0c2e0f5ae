store {
  address = "redis://localhost:6379/0"
}
store {
  path = "./data"
}
