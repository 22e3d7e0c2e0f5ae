scheduler "demo" "flood" {
  host  = "pool.example.org"
  note  = "hunter2%{hunter2}"
  other = <<-X
    hunter2 ${ hunter2
  X
}
