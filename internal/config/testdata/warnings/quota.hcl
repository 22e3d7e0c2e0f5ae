scheduler "demo" "flood" {
  host = "pool.example.org"
}

quota {
  scheduler = "flod"
  jobs      = 10
}

quota {
  scheduler = "Default"
  user      = "*"
  jobs      = 10
}

quota {
  scheduler = "made by hand"
  jobs      = 10
}

quota {
  scheduler = env("OCEANID_TEST_SECRET")
  jobs      = 10
}

quota {
  scheduler = "flood"
  jobs      = 10
}

quota {
  jobs = 100
}
