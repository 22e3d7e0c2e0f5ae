scheduler "demo" "flood" {
  host     = "pool.example.org"
  password = ["hunter2"]
  secrets  = { "hunter2" = 5, (env("OCEANID_TEST_SECRET")) = 6 }
}
