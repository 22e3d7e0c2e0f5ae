# Every kind of mistake in one file: all are told, in the order of the file.
store {
  adress = "redis://:hunter2@localhost:6379/0"
}

scheduler "demo" "flood" {
  hots     = "pool.example.org"
  timeout  = 30
  password = 5
  transfer {
    mode = "fast"
  }
}

scheduler "condr" "drought" {
  host = "x"
}

scheduler "demo" "flood" {
  host = "pool.example.org"
}
