scheduler "demo" "flood" {
  host      = "pool.example.org"
  port      = env("OCEANID_TEST_SECRET")
  timeout   = env("OCEANID_TEST_SECRET")
  transport = env("OCEANID_TEST_SECRET")
  ratio     = env("OCEANID_TEST_PIN") * 1 > 0
}
