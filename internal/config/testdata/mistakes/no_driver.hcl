scheduler "dmo" "flood" {
  password = "hunter2"
}
scheduler "slurm" "drought" { password = "hunter2" }
