jobs {
  stale = "29s"
}
