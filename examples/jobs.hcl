# Jobs and workflows that are written down, to be submitted as often as you like:
#
#   oceanid jobs submit -f examples/jobs.hcl flood --wait
#
# `make run` serves the scheduler "local", which is this machine. Everything that a job or a workflow can say is here, behind a # where it is another way to say
# something, or more than this machine can do. A mistake is told with file, line and column:  oceanid jobs check -f examples/jobs.hcl
#
# Functions are as in config.hcl: env("NAME"), file("path") … Paths of inputs and results are relative to the folder of this file.


# ── A job ─────────────────────────────────────────────────────────────────────────────────────────

job "flood" {
  scheduler = "local"   # left out: oceanid jobs submit -f … --scheduler NAME
  command   = "./model" # an absolute path at the pool, a name on the PATH there, or ./NAME of an input
  args      = ["--basin", "danube"]
  outputs   = ["hydrograph.csv"]
  name      = "flood, Danube" # for people; left out: the label above
  user      = "ada"           # who asks for it, for lists and quotas
  groups    = ["hydrology"]   # who else may see it
  labels    = { project = "flood" }

  # key = "flood-2026-03"   # submitted again with it, it is the job of the first time

  env = {
    STEP = "15"
  }

  # inputs = ["storm.csv", "bin/model"]   # files of this machine, each under its own name
  # stdin  = "storm.csv"                 # the one that is the standard input

  input {
    name = "model"
    mode = "0755" # left out: that of path, or 0644

    # path = "bin/model"   # a file of this machine under another name, in place of content
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
    disk     = "100MB"
    run_time = "10m" # of each task; the pool sees to it

    # gpus = 1
  }

  # what only one kind of pool understands, under its own names: of HTCondor, submit commands
  # options = { rank = "Memory", "+ProjectName" = "flood" }

  policy {
    queue_wait = "1d" # cancelled when it has not begun by then
    run_time   = "2d" # of the whole job, from the first task's beginning to the last one's end; the host sees to it

    # results       = "results/{id}"   # its outputs are brought here when it has ended; {id} is the job's own
    # results_limit = "10GiB"          # more than that stays at the pool

    # A job of one task is handed to the pool again by the first rule that fits how it ended. Conditions of one rule must all hold.

    # it was short of memory: again with twice as much, three times at most (left out: once)
    retry {
      causes        = ["memory"]
      limit         = 3
      memory_factor = 2
    }

    # its time was up, at the pool
    retry {
      causes          = ["run_time"]
      run_time_factor = 1.5
    }

    # it said so itself, with an exit code
    retry {
      codes = [75]
      delay = "30s"
    }

    # somebody killed it
    retry {
      signals = [9, 15]
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

    # arguments of its own for each task, in place of a count, and what each finds in OCEANID_TASK_INDEX, in place of 0, 1, 2 …
    # args    = [["--year", "2015"], ["--year", "2016"]]
    # indices = [15, 16]
  }
}


# ── A workflow ────────────────────────────────────────────────────────────────────────────────────

# A graph of jobs that the pool's own engine runs; HTCondor has one, this machine has none:
#
#   oceanid jobs submit -f examples/jobs.hcl forecast --scheduler Default
#   oceanid jobs nodes ID

workflow "forecast" {
  labels    = { project = "flood" } # scheduler, name, user, groups, key, options and policy are as in a job; retries are the nodes'
  throttles = { archive = 2 }       # of this category two nodes at once
  max_nodes = 20                    # of all nodes

  # A node has what a job has: args, env, stdin, inputs, outputs, array, resources and options of its own.

  node "rain" {
    command     = "/opt/forecast/fetch"
    args        = ["$(SOURCE)"]
    vars        = { SOURCE = "radar" }
    category    = "archive"
    priority    = 10 # of nodes that are ready, higher ones go first
    retries     = 3
    unless_exit = 2 # that is no failure that goes away

    # programs that run beside the engine, before and after the node
    pre {
      command = "/opt/forecast/wanted"
      args    = ["radar"]
    }
    pre_skip = 4 # what pre says when the node need not run

    post {
      command = "/opt/forecast/verify"
      args    = ["--strict"]
    }
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
    options = {
      rank = "Memory"
    }

    # with this exit code the whole workflow ends at once
    abort_on {
      exit   = 3
      return = 0 # the workflow's own; left out: the same
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

  node "archive" {
    after = ["model"]

    workflow { # as a job of its own, with its own limits
      max_nodes = 4
      throttles = { tape = 1 }
      options   = { nice_user = true }

      node "store" {
        command  = "/opt/forecast/store"
        category = "tape"
      }
    }
  }

  node "clean" {
    command = "/opt/forecast/clean"
    kind    = "final" # last, whether the others succeeded or not; "service": beside them
  }
}
