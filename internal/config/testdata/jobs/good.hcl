job "flood" {
  scheduler = "Default"
  name      = "flood of 2026"
  command   = "./model"
  args      = ["--basin", "7"]
  env = {
    OMP_NUM_THREADS = "4"
    TOKEN           = env("OCEANID_TEST_SECRET")
  }
  stdin   = "storm.csv"
  inputs  = ["bin/model", "storm.csv"]
  outputs = ["hydrograph.csv"]
  user    = "ada"
  groups  = ["hydrology"]
  labels  = { project = "flood" }
  key     = upper("flood-2026")

  input {
    name    = "conf/basin.ini"
    content = <<-EOT
      basin = 7
    EOT
    mode    = "0600"
  }
  input {
    name = "again.csv"
    path = "storm.csv"
  }

  array {
    args    = [["--year", "2025"], ["--year", "2026"]]
    indices = [3, 8]
  }

  resources {
    cpus     = 1.5
    memory   = "2GiB"
    disk     = "10GB"
    gpus     = 1
    run_time = "1h"
  }

  options = {
    rank               = "Memory"
    priority           = 5
    nice_user          = true
    "+ProjectName"     = "flood"
    concurrency_limits = ["a", "b"]
    factor             = 0.5
  }

  policy {
    queue_wait    = "24h"
    run_time      = "48h"
    results       = "results/flood"
    results_limit = "10GiB"
  }
}

job "again" {
  command = "hostname"
  policy {
    retry {
      codes = [75]
      limit = 3
      delay = "30s"
    }
    retry {
      causes          = ["memory", "evicted"]
      signals         = [9]
      memory_factor   = 2
      run_time_factor = 1.5
    }
  }
}

workflow "forecast" {
  scheduler = "Default"
  user      = "ada"
  groups    = ["hydrology"]
  labels    = { project = "flood" }
  key       = "forecast-7"
  max_nodes = 8
  throttles = { io = 2 }
  options   = { priority = 3 }

  policy {
    run_time = "12h"
  }

  node "fetch" {
    command     = "./fetch"
    args        = ["$(SITE)"]
    vars        = { SITE = "7" }
    retries     = 3
    unless_exit = 2
    category    = "io"
    priority    = 10
    input {
      name    = "fetch"
      content = "#!/bin/sh\n"
      mode    = "755"
    }
    pre {
      command = "/bin/check"
      args    = ["a b"]
    }
    post {
      command = "/bin/true"
    }
    pre_skip = 4
  }

  node "model" {
    command = "model"
    after   = ["fetch"]
    array {
      count = 3
    }
    resources {
      memory = "4GiB"
    }
    options = { rank = "Memory" }
    abort_on {
      exit   = 3
      return = 0
    }
  }

  node "publish" {
    after = ["model"]
    workflow {
      splice = true
      node "plot" {
        command = "plot"
      }
      node "send" {
        command = "send"
        after   = ["plot"]
      }
    }
  }

  node "clean" {
    command = "clean"
    kind    = "final"
  }
}
