package follow

import "github.com/oceanid/oceanid/sdk/scheduler"

// Whole is the state that so many tasks have together, from how many of them are in each state: by the rule for jobs, also for a part of one.
func Whole(counts map[scheduler.State]int, tasks int) scheduler.State { return whole(counts, tasks) }
