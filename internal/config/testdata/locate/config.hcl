scheduler "demo" "flood" {
  host     = "pool.example.org"
  password = "hunter2"
  queues   = ["fast", "slow"]
  tags = {
    colour  = "blue"
    "a key" = "x"
  }
  transfer {
    chunk = 1
    retry {
      max = 3
    }
  }
  disk {
    name = "one"
  }
  disk {
    name = "two"
    key  = env("OCEANID_TEST_SECRET")
  }
}

scheduler "demo" "drought" { password = "hunter2" }
