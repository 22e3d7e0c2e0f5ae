# What Oceanid knows about your pools. `make run` reads this file, and so does a portal that opens it:
#
#   host.Open(ctx, host.Options{Config: "config.hcl"})
#
# As it stands, it needs nothing but this machine. Take the # away from what you want to use, then look for mistakes without starting anything:
#
#   oceanid --config config.hcl config check
#
# Keep secrets out of this file. Wherever a value stands, these may stand as well:
#
#   env("NAME")              a variable of the portal's environment
#   env("NAME", "default")   the same, with a value for when it is not set
#   file("path")             what a file says, without its last line end
#
# A path in store, driver or file() is relative to the folder of this file, and ~ is your home. Durations have a unit: "500ms", "30s", "1h30m", "90d".


# ── Where schedulers and jobs are kept ────────────────────────────────────────────────────────────

# Left out, the store is embedded in the portal and lives in ./oceanid.data. It survives a crash, and it is for one portal process.
# Several processes of a portal share a Redis:

# store {
#   address  = "redis://localhost:6379/0"   # rediss:// for TLS
#   username = "portal"
#   password = env("REDIS_PASSWORD")
# }


# ── Jobs on this machine ──────────────────────────────────────────────────────────────────────────

# The labels are the type, which chooses the driver, and a name of yours, which the portal submits to.

scheduler "local" "local" {
  # slots = 4   # how many CPUs' worth of tasks run at once; left out: every CPU of this machine
}


# ── Jobs on an HTCondor pool, over SSH ────────────────────────────────────────────────────────────

# The host is the pool's access point, where you would type condor_submit. It must be in ~/.ssh/known_hosts: log in once with ssh to put it there.
# All that this driver understands is told by:  oceanid drivers describe condor

# scheduler "condor" "Default" {
#   host             = "pool.example.org"
#   username         = "portal"
#   private_key_path = "~/.ssh/id_ed25519"
#
#   # for a key that is encrypted:
#   # private_key_passphrase = env("POOL_PASSPHRASE")
#
#   # in place of a key:
#   # password = env("POOL_PASSWORD")
# }


# ── Rules for all jobs ────────────────────────────────────────────────────────────────────────────

# What is left out is kept for ever, is as usual, or is not done. docs/operators.md says what each means.

# jobs {
#   keep       = "90d"       # the record of a job, after its end
#   keep_files = "30d"       # what it left at the pool; left out: as long as its record
#   lost_after = "10m"       # a pool must deny a job so long before it counts as lost
#   stale      = "1m"        # without news for so long, a state is shown as stale
#   results    = "results"   # outputs of jobs that do not say where they go are brought here, to a folder for each job
# }

# How much may be unended at once. A job is held to all quotas that fit it.

# quota {
#   jobs  = 10000     # of all users together, at each scheduler
#   tasks = 1000000
# }

# quota {
#   scheduler = "Default"
#   user      = "*"   # each user by itself; or a name
#   jobs      = 100
# }

# Jobs and workflows can stand here as well, or in a file of their own: examples/jobs.hcl shows all that they can say.


# ── Drivers of your own ───────────────────────────────────────────────────────────────────────────

# The drivers that come with Oceanid are found by themselves. Another program is named here; a checksum makes sure that it is the one you know
# (sha256sum prints it), and a version that it is new enough.

# driver_dir = "./drivers"   # look in here for more of them

# driver "slurm" {
#   path     = "./drivers/oceanid-slurm"
#   checksum = "sha256:…"
#   version  = ">= 1.2, < 2"
#   env = {
#     SLURM_CONF = "/etc/slurm/slurm.conf"
#   }
#
#   # how long it may be unused before it is stopped; the next call starts it again. "0s": never
#   # idle = "10m"
#
#   # what it may use: calls at once, those of one scheduler, those that wait; memory, open files and processes of it and its children
#   limits {
#     calls           = 64
#     scheduler_calls = 16
#     queue           = 256
#     memory          = "512MiB"
#     files           = 256
#     processes       = 64
#   }
#
#   # how many crashes within which time are followed by a restart, and after which delay, which doubles
#   restart {
#     max         = 5
#     within      = "10m"
#     backoff     = "200ms"
#     max_backoff = "30s"
#   }
# }
