scheduler "Demo" "" {}
driver "my driver" {}
scheduler "demo" " padded " {
  host = "a"
}
