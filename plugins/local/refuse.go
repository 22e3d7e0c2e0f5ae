package main

import (
	"errors"
	"math"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// refuse tells what in the job this machine can never run: fault.Invalid. What no pool can, [scheduler.Job.Check] has told before.
func refuse(job scheduler.Job, slots int, m machine) error {
	if err := refuseSize(job, m); err != nil {
		return err
	}
	return refuseResources(job.Resources, slots, m)
}

// refuseSize finds what the kernel would refuse when a task is started.
func refuseSize(job scheduler.Job, m machine) error {
	total := 0
	add := func(what string, ss ...string) error {
		for _, s := range ss {
			if len(s) >= m.longestArg {
				return fault.Invalid.New("%s of %d bytes: this machine gives a program at most %d in one", what, len(s), m.longestArg-1)
			}
			total += len(s) + 1 + 8
		}
		return nil
	}
	errs := []error{add("a command", job.Command), add("an argument", job.Args...)}
	for name, value := range job.Env {
		errs = append(errs, add("environment variable "+name, name+"="+value))
	}
	for name, value := range cleanEnvironment() {
		errs = append(errs, add("environment variable "+name, name+"="+value))
	}
	common, most := total, total
	if job.Array != nil {
		for _, row := range job.Array.Args {
			total = common
			errs = append(errs, add("an argument", row...))
			most = max(most, total)
		}
	}
	// Our own variables and what the kernel adds.
	most += 4096
	if most > m.allArgs {
		errs = append(errs, fault.Invalid.New("arguments and environment of %d bytes: this machine gives a program at most %d", most, m.allArgs))
	}
	return errors.Join(errs...)
}

func refuseResources(r scheduler.Resources, slots int, m machine) error {
	switch {
	case r.CPUs > float64(slots):
		return fault.Invalid.New("a task that asks for %v CPUs can never run: this scheduler has %d slots", r.CPUs, slots)
	case r.GPUs != 0:
		return fault.Invalid.New("a task asks for %d GPUs: the local scheduler does not share any out", r.GPUs)
	case m.memory > 0 && r.Memory > m.memory:
		return fault.Invalid.New("a task that asks for %d bytes of memory can never run: this machine has %d", r.Memory, m.memory)
	case m.disk > 0 && r.Disk > m.disk:
		return fault.Invalid.New("a task that asks for %d bytes of disk can never run: the disk here has %d", r.Disk, m.disk)
	}
	return nil
}

// slotsOf is how many slots each task of the job takes: its CPUs, rounded up, and at least one.
func slotsOf(job scheduler.Job) int { return max(1, int(math.Ceil(job.Resources.CPUs))) }
