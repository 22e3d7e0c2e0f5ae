scheduler "demo" "flood" {
  host = "${HOSTNAME}.example.org"
}
