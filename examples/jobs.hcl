# Jobs and workflows that are written down, to be submitted as often as you like:
#
#   oceanid jobs submit -f examples/jobs.hcl flood --wait
#
# `make run` serves the scheduler "local", which is this machine. Everything that a job can say is here; a mistake is told with file, line and column.
# Functions are as in config.hcl: env("NAME"), file("path") … Paths of inputs and results are relative to the folder of this file.


# ── A job ─────────────────────────────────────────────────────────────────────────────────────────

job "flood" {
  scheduler = "local"   # left out: oceanid jobs submit -f … --scheduler NAME
  command   = "./model" # an absolute path at the pool, a name on the PATH there, or ./NAME of an input
  args      = ["--basin", "danube"]
  outputs   = ["hydrograph.csv"]
  user      = "ada"
  groups    = ["hydrology"]
  labels    = { project = "flood" }

  env = {
    STEP = "15"
  }

  # inputs = ["storm.csv", "bin/model"]   # files of this machine, each under its own name
  input {
    name    = "model"
    mode    = "0755"
    content = <<-EOT
      #!/bin/sh
      echo "basin $2, task $OCEANID_TASK_INDEX of $OCEANID_TASK_COUNT"
      echo "minutes,discharge" >hydrograph.csv
      echo "$STEP,1043" >>hydrograph.csv
    EOT
  }

  resources {
    cpus     = 1
    memory   = "256MiB"
    run_time = "10m" # of each task; the pool sees to it
  }

  policy {
    queue_wait = "24h" # cancelled when it has not begun by then

    # results = "results/{id}"   # its outputs are brought here when it has ended; {id} is the job's own

    # handed to the pool again when it was short of memory: with twice as much, three times at most
    retry {
      causes        = ["memory"]
      limit         = 3
      delay         = "30s"
      memory_factor = 2
    }
  }
}


# ── Many tasks ────────────────────────────────────────────────────────────────────────────────────

# One job of twelve tasks. When some of them fail:  oceanid jobs resubmit ID --failed

job "years" {
  scheduler = "local"
  command   = "sh"
  args      = ["-c", "echo year $((2015 + OCEANID_TASK_INDEX))"]

  array {
    count = 12

    # arguments of its own for each task, in place of a count:
    # args = [["--year", "2015"], ["--year", "2016"]]
  }
}


# ── A workflow ────────────────────────────────────────────────────────────────────────────────────

# A graph of jobs that the pool's own engine runs; HTCondor has one, this machine has none:
#
#   oceanid jobs submit -f examples/jobs.hcl forecast --scheduler Default
#   oceanid jobs nodes ID

workflow "forecast" {
  labels    = { project = "flood" }
  throttles = { archive = 2 } # of this category two nodes at once

  node "rain" {
    command     = "/opt/forecast/fetch"
    args        = ["$(SOURCE)"]
    vars        = { SOURCE = "radar" }
    category    = "archive"
    retries     = 3
    unless_exit = 2 # that is no failure that goes away
  }

  node "model" {
    command = "/opt/forecast/model"
    after   = ["rain"]

    array {
      count = 20
    }
    resources {
      cpus   = 4
      memory = "8GiB"
    }

    # what only this pool understands, under its own names: of HTCondor, submit commands
    options = {
      rank = "Memory"
    }
  }

  node "maps" {
    after = ["model"]

    workflow {
      splice = true # into the graph around it

      node "draw" {
        command = "/opt/forecast/draw"
      }
      node "publish" {
        command = "/opt/forecast/publish"
        after   = ["draw"]
      }
    }
  }

  node "clean" {
    command = "/opt/forecast/clean"
    kind    = "final" # last, whether the others succeeded or not
  }
}
