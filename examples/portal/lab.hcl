# The lab's HTCondor pool, over SSH: what `make run POOL=lab` runs the sample on. The lab sets these variables:
#
#   go run ./lab/cmd/lab up --condor --sshd -- bin/portal -config examples/portal/lab.hcl -scheduler lab

scheduler "condor" "lab" {
  host             = env("OCEANID_LAB_SSH_HOST")
  port             = env("OCEANID_LAB_SSH_PORT")
  username         = env("OCEANID_LAB_SSH_USER")
  private_key_path = env("OCEANID_LAB_SSH_KEY")
  known_hosts      = env("OCEANID_LAB_SSH_KNOWN_HOSTS")
}
