scheduler "demo" "flood" {
  host  = "pool.example.org"
  port  = 9223372036854775808
  ratio = 1e999
}
