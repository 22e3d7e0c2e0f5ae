package description

import (
	"errors"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What a Linux machine gives a program at the least: MAX_ARG_STRLEN in one argument or variable, and a quarter of a stack of 8 MiB in all of
// them together (execve(2)), less what the pool and the kernel add.
const (
	longestArg = 128<<10 - 1
	allArgs    = 2<<20 - 256<<10
)

// Refuse tells what in a job no pool of HTCondor's can run, or cannot be brought to its tasks exactly as it stands: fault.Invalid. What no pool at all
// can, [scheduler.Job.Check] has told before.
func Refuse(job scheduler.Job) error {
	if strings.HasPrefix(job.Command, "-") {
		return fault.Invalid.New("command %q: it would be taken for an option of what runs it", job.Command)
	}
	if err := refuseRows(job); err != nil {
		return err
	}
	return refuseSize(job)
}

// refuseRows finds arguments of single tasks that are too long in the form in which they travel.
func refuseRows(job scheduler.Job) error {
	if job.Array == nil {
		return nil
	}
	for i, row := range job.Array.Args {
		if packed := len(Pack(row)); packed > longestArg {
			return fault.Invalid.New("the arguments of task %d alone take %d bytes on their way to it (each byte that is no plain character takes 4), and HTCondor carries at most %d: give them as an input", i, packed, longestArg)
		}
	}
	return nil
}

// refuseSize finds what the kernel would refuse when a task is started.
func refuseSize(job scheduler.Job) error {
	total := 0
	add := func(what string, list ...string) error {
		for _, s := range list {
			if len(s) > longestArg {
				return fault.Invalid.New("%s of %d bytes: a program can be given at most %d in one", what, len(s), longestArg)
			}
			total += len(s) + 1 + 8
		}
		return nil
	}
	errs := []error{add("a command", job.Command), add("an argument", job.Args...)}
	for name, value := range job.Env {
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
	if most > allArgs {
		errs = append(errs, fault.Invalid.New("arguments and environment of %d bytes: a program can be given at most %d", most, allArgs))
	}
	return errors.Join(errs...)
}
