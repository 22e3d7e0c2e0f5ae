scheduler "demo" "flood" {
  host    = "pool.example.org"
  timeout = env("OCEANID_TEST_PIN") * 1
}
