scheduler "demo" "flood" {
  host     = { for k in ["a", "b"] : env("OCEANID_TEST_SECRET") => k }
  username = { a = 1 }[env("OCEANID_TEST_SECRET")]
  password = { a = 1 }["hunter2"]
  token    = format("%d", "hunter2")
  queues   = format("%d", env("OCEANID_TEST_SECRET"))
  tags     = file("../keys/password").x
}
