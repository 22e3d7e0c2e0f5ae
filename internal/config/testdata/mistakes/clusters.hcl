cluster "aws" "flood-pool" {
  size = 8
}
cluster "aws" "other" {
  size = 8
}
