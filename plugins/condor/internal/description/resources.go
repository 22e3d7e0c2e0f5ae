package description

import (
	"fmt"
	"math"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/command"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A task that is to end is asked (SIGTERM), and killed this much later. The pool's default is ten minutes.
const vacateTime = 30 * time.Second

// resources are rounded up: HTCondor counts cores, MiB of memory and KiB of disk.
func (l *lines) resources(job scheduler.Job) {
	r := job.Resources
	if r.CPUs > 0 {
		l.add("request_cpus", fmt.Sprint(int64(math.Ceil(r.CPUs))))
	}
	if r.Memory > 0 {
		l.add("request_memory", fmt.Sprint((r.Memory-1)>>20+1))
	}
	if r.Disk > 0 {
		l.add("request_disk", fmt.Sprint((r.Disk-1)>>10+1))
	}
	if r.GPUs > 0 {
		l.add("request_gpus", fmt.Sprint(r.GPUs))
	}
	l.add("job_max_vacate_time", fmt.Sprint(int(vacateTime.Seconds())))
	if r.RunTime > 0 {
		// Looked at every PERIODIC_EXPR_INTERVAL, a minute by default. allowed_execute_duration is looked at no oftener, and would leave the task held.
		seconds := int64(math.Ceil(r.RunTime.Seconds()))
		limit, reason := fmt.Sprintf("JobStatus == 2 && time() - JobCurrentStartExecutingDate > %d", seconds), fmt.Sprintf("%q", OverTime+r.RunTime.String())
		remove := limit
		if own, there := command.Expression(job.Options, periodicRemove); there {
			remove = fmt.Sprintf("(%s) || (%s)", limit, own)
			reason = fmt.Sprintf("ifThenElse((%s) =?= true, %s, %q)", limit, reason, RemovedByOwnRule)
		}
		l.add(periodicRemove, remove)
		l.add("My.PeriodicRemoveReason", reason)
	} else if own, there := command.Expression(job.Options, periodicRemove); there {
		l.add(periodicRemove, own)
		l.add("My.PeriodicRemoveReason", fmt.Sprintf("%q", RemovedByOwnRule))
	}
}

// periodicRemove is the one option that is put together with what the driver says itself.
const periodicRemove = "periodic_remove"

// RemovedByOwnRule is the reason for which a task is removed by the periodic_remove of its job's options.
const RemovedByOwnRule = "Oceanid: the job's own periodic_remove"

// OverTime begins the reason for which a task that has run too long is removed. What follows is its limit.
const OverTime = "Oceanid: ran longer than "
