scheduler "demo" "flood" {
  host = "pool.example.org"
}

quota {
  scheduler = "flod"
  jobs      = 10
}

quota {
  jobs = 0
}
