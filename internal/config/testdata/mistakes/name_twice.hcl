scheduler "demo" "flood" {
  host = "a"
}

scheduler "demo" "drought" {
  host = "b"
}

scheduler "local" "flood" {}
