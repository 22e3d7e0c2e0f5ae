# A portal's configuration with this driver, on the lab's Slurm cluster. In this folder:
#
#   go build -o oceanid-slurm .
#   go run ../../lab/cmd/lab up --slurm --sshd -- go run ../../cmd/oceanid -c example.hcl jobs submit lab --wait -- hostname
#
# The lab sets the variables. For a real cluster write what stands in the second block.

driver "slurm" {
  path = "./oceanid-slurm"
}

scheduler "slurm" "lab" {
  host             = env("OCEANID_LAB_SSH_HOST")
  username         = env("OCEANID_LAB_SSH_USER")
  private_key_path = env("OCEANID_LAB_SSH_KEY")
  known_hosts_path = env("OCEANID_LAB_SSH_KNOWN_HOSTS")
}

# scheduler "slurm" "cluster" {
#   host             = "login.example.org"
#   username         = "portal"
#   private_key_path = "~/.ssh/id_ed25519"
#   work_dir         = "/scratch/portal/oceanid"   # the nodes must see it too
#   partition        = "short"
#   account          = "hydrology"
# }
