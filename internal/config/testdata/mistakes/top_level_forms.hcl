store = { password = "hunter2" }
driver_dir {}
scheduler = "hunter2"
