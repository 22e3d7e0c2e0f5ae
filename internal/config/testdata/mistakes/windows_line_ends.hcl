scheduler "demo" "flood" {
	port = "x"
	host = 5
}
