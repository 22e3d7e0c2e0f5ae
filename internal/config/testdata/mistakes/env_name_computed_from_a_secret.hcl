scheduler "demo" "flood" {
  host = env(env("OCEANID_TEST_SECRET"))
}
