job "nothing" {}

job "names" {
  scheduller = "Default"
  comand     = "hostname"
  arguments  = ["a"]
  enviroment = { PASSWORD = "hunter2" }
  ressources {
    memory = "2GiB"
  }
}

job "values" {
  command = hostname
  args    = "a b"
  env     = { "A B" = "hunter2" }
  labels  = ["a"]
  options = {
    rank = { a = "b" }
    list = ["a", 1]
  }
  array {
    count = 0
  }
  resources {
    memory   = 2048
    disk     = "2 pounds"
    run_time = 3600
    gpus     = 0.5
  }
  policy {
    queue_wait    = "0s"
    results_limit = "0B"
    retry {
      causes = ["memroy"]
      limit  = 0
    }
  }
}

job "checked" {
  command = "model/run"
}

job "checked" {
  command = "model"
}

job "environment" {
  command = "model"
  env     = { "A B" = "hunter2" }
}

job "stdin" {
  command = "model"
  stdin   = "storm.csv"
}

job "rows" {
  command = "model"
  array {
    count = 3
    args  = [["a"], ["b"]]
  }
}

job "empty array" {
  command = "model"
  array {}
}

job "outputs" {
  command = "model"
  outputs = ["a.txt", "../b.txt"]
}

job "retried" {
  command = "model"
  array {
    count = 2
  }
  policy {
    retry {
      codes = [1]
    }
  }
}

job "factors" {
  command = "model"
  policy {
    retry {
      codes = [1]
    }
    retry {
      codes         = [2]
      memory_factor = 5000
    }
  }
}

job "inputs" {
  command = "model"
  inputs  = ["a.txt", "b/a.txt"]
  input {
    path    = "c.txt"
    content = "hunter2"
  }
  input {
    content = "hunter2"
  }
  input {
    name = "d.txt"
    mode = "rw-"
  }
  input {
    name    = "../e.txt"
    content = "hunter2"
  }
  input {
    path = 5
  }
}

job {
  command = "hunter2"
}

job "two" "labels" {
  command = "hunter2"
}

job " " {
  command = "model"
}
