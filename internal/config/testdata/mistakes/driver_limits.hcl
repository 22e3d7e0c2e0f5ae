driver "plenty" {
  idle = "10"
  limits {
    calls           = 0
    queue           = 1.5
    scheduler_call  = 4
    memory          = "512"
    files           = -1
    processes       = "many"
  }
  restart {
    max         = 1000000
    within      = "0s"
    backoff     = "1m"
    max_backoff = "30s"
    jitter      = true
  }
}

driver "forms" {
  limits = {
    memory = "1GiB"
  }
  restart {}
  restart {}
}

driver "tight" {
  limits {
    calls           = 4
    scheduler_calls = 5
    memory          = "1MiB"
    files           = env("OCEANID_TEST_PIN")
    processes       = 1
  }
}

driver "sizes" {
  limits {
    memory = "lots"
  }
}
