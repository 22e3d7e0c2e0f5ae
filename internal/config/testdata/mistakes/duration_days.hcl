scheduler "demo" "flood" {
  host    = "pool.example.org"
  timeout = "1.5d"
}

jobs {
  keep       = "90d"
  keep_files = "12h30d"
}
