scheduler "demo" "flood" {
  host     = "pool\example"
  password = "\hunter2"
}
