scheduler "demo" "flood" {
  host     = env("OCEANID_TEST_NOT_SET")
  password = env("OCEANID_TEST_NOT_SET_EITHER")
}
