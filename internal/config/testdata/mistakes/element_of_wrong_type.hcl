scheduler "demo" "flood" {
  host   = "pool.example.org"
  queues = ["fast", 7, "slow", true]
  tags = {
    colour = "blue"
    depth  = 3
  }
}
