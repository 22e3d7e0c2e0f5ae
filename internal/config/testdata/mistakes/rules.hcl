jobs {
  keep       = "720h"
  keep_files = "2160h"
  lost_after = "0s"
  stale      = 60
  result     = "results"
}

jobs {}

quota {
  scheduler = "Default"
  user      = "*"
}

quota {
  user = "*"
  jobs = 0
}

quota {
  user  = "*"
  tasks = 10.5
}

quota "Default" {
  job = 5
}
