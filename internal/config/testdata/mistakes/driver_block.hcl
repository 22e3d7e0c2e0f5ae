driver_dir = "~ada/plugins"

driver "demo" {
  path     = "./oceanid-demo"
  checksum = "sha256:9f2c"
  sha256   = "9f2c"
  env = {
    TOKEN  = env("OCEANID_TEST_NOT_SET")
    SECRET = "hunter2"
  }
}

driver "demo" {
  checksum = "md5"
}

driver "other" {
  env = { "A=B" = "hunter2" }
}
