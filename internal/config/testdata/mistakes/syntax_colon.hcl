scheduler "demo" "flood" {
  host: "pool.example.org"
}
