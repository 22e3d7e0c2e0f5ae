scheduler "demo" "flood" {
  host = "pool[31m.example.org‮"
  transport = "[2J"
}
