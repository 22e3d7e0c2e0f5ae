driver_dir = "plugins"

store {
  address  = "rediss://redis.example.org:6379/0"
  keeper   = "base64key://"
  username = upper("portal")
  password = env("OCEANID_TEST_SECRET")
}

driver "demo" {
  path     = "../keys/oceanid-demo"
  checksum = "sha256:9F2C000000000000000000000000000000000000000000000000000000000000"
  version  = ">= 1.2, < 2"
  env = {
    TOKEN = env("OCEANID_TEST_SECRET")
  }
  idle = "0s"
  limits {
    calls           = 8
    queue           = "32"
    scheduler_calls = 4
    memory          = "1.5 GiB"
    files           = 256
    processes       = 64
  }
  restart {
    max         = 3
    within      = "1h"
    backoff     = "50ms"
    max_backoff = "1m"
  }
}

scheduler "demo" "Default" {
  host     = "${env("OCEANID_TEST_HOST")}:22"
  port     = env("OCEANID_TEST_NOT_SET", "2222")
  username = null
  password = file("../keys/password")
  token    = trimspace(format("  %s-%d ", "tok", 5))
  timeout  = "90s"
  ratio    = 0.5
  verify   = "false"
  queues   = split(",", replace("fast;slow", ";", ","))
  weights  = [9007199254740993, "-9223372036854775808", 4.0]
  tags = {
    colour  = "blue <&>"
    "a key" = join("/", ["x", "y"])
  }
  secrets = { one = "two" }
  transfer {
    chunk = 262144
    retry {}
  }
  disk {
    name = "one"
  }
  disk {
    name = "two"
    size = 4
    key  = "three"
  }
}

scheduler "demo" "plain" {
  host = "localhost"
}

scheduler "local" "local" {}

jobs {
  keep       = "2160h"
  keep_files = "720h"
  lost_after = "15m"
  stale      = "2m"
  results    = "results"
}

quota {
  jobs = 1000
}

quota {
  scheduler = "Default"
  user      = "*"
  jobs      = "10"
  tasks     = 100000
}
