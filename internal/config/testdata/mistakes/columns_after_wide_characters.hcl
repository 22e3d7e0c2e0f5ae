scheduler "demo" "flood" {
  host   = "pool.example.org"
  queues = ["schnell", "größer", "rápido", 7]
	port   = "x"
}
