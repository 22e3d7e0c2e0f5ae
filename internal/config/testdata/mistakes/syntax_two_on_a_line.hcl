scheduler "demo" "flood" { host = "hunter2", port = 22 }
