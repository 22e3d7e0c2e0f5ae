workflow "empty" {}

workflow "names" {
  retries = 3
  nodes "a" {
    command = "a"
  }
  node "b" {
    command = "b"
    befor   = ["c"]
  }
}

workflow "graph" {
  throttles = { io = 0 }
  node "fetch" {
    command = "fetch"
  }
  node "fetch" {
    command = "again"
  }
  node "model" {
    command = "model"
    after   = ["fetch", "fecth"]
    kind    = "last"
    retries = -1
    abort_on {}
    pre {
      args = ["x"]
    }
  }
  node "both" {
    command = "both"
    workflow {
      node "a" {
        command = "a"
      }
    }
  }
  node "none" {}
  node "inner" {
    workflow {
      command = "a"
      node "a" {
        command = "./a"
      }
      node "b" {
        comand = "b"
      }
    }
  }
  node "twice" {
    workflow {
      node "a" {
        command = "a"
      }
    }
    workflow {}
  }
  node "forms" {
    workflow = "x"
  }
}

workflow "circle" {
  node "start" {
    command = "start"
  }
  node "fetch" {
    command = "fetch"
    after   = ["start", "publish"]
  }
  node "model" {
    command = "model"
    after   = ["fetch"]
  }
  node "publish" {
    command = "publish"
    after   = ["model"]
  }
}

workflow "labels" {
  node {
    command = "hunter2"
  }
  node "a" "b" {
    command = "hunter2"
  }
  node = "hunter2"
}

workflow "name of a node" {
  node "a b" {
    command = "a"
  }
}

workflow "of a policy" {
  policy {
    retry {
      codes = [1]
    }
  }
  node "a" {
    command = "a"
  }
}
