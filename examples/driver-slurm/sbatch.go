package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// longestArg is the kernel's limit for one argument or variable (MAX_ARG_STRLEN), with the byte that ends it.
const longestArg = 128<<10 - 1

// refuse tells what cannot be carried to a task exactly, before anything is done.
func refuse(job scheduler.Job) error {
	// task.py would not hand a bigger one on: the kernel does not.
	tooLong := func(text string) bool { return len(text) > longestArg }
	for _, arg := range append([]string{job.Command}, job.Args...) {
		if tooLong(arg) {
			return fault.Invalid.New("args: one has %d bytes; Linux carries at most %d", len(arg), longestArg)
		}
	}
	if job.Array != nil {
		for task, row := range job.Array.Args {
			for _, arg := range row {
				if tooLong(arg) {
					return fault.Invalid.New("array: an argument of task %d has %d bytes; Linux carries at most %d", task, len(arg), longestArg)
				}
			}
		}
	}
	for name, value := range job.Env {
		if len(name)+1+len(value) > longestArg {
			return fault.Invalid.New("env: %s has %d bytes; Linux carries at most %d", name, len(value), longestArg)
		}
	}
	return nil
}

// sbatch hands a job over, and returns Slurm's number of it. One call does, however many tasks there are.
func (d *driver) sbatch(ctx context.Context, f folder, job scheduler.Job, more ...string) (string, error) {
	args := append(d.options(f, job), more...)
	out, err := d.slurm(ctx, "sbatch", append(args, f.script(), string(f))...)
	if failed := (*commandError)(nil); job.Array != nil && errors.As(err, &failed) && strings.Contains(failed.stderr, "Invalid job array") {
		return "", fault.Invalid.New("the cluster does not take an array of %d tasks (its limit is MaxArraySize in scontrol show config): %w", job.Array.Count, failed)
	}
	if err != nil {
		return "", refusal(err)
	}
	number, _, _ := strings.Cut(strings.TrimSpace(out), ";") // a federation's answer ends in ";CLUSTER"
	if _, err := strconv.Atoi(number); err != nil {
		return "", fault.Unavailable.New("sbatch does not say whether it took the job: %q", out)
	}
	return number, nil
}

// options are sbatch's: words of the driver's own, the operator's, numbers, and the job's name. What is the job's otherwise, task.py reads from a file.
func (d *driver) options(f folder, job scheduler.Job) []string {
	name := job.Name
	if name == "" {
		name = job.Command[strings.LastIndex(job.Command, "/")+1:]
	}
	args := []string{
		"--parsable", "--job-name=" + name, "--comment=" + commentSign + job.Token,
		"--chdir=" + string(f), "--output=" + f.log(), "--error=" + f.log(), "--open-mode=append",
		"--nodes=1", "--ntasks=1",
		// The limits of the driver's process are not the tasks'.
		"--propagate=NONE",
	}
	add := func(format string, value any) { args = append(args, fmt.Sprintf(format, value)) }
	for _, o := range []struct{ name, value string }{{"partition", d.config.Partition}, {"account", d.config.Account}, {"qos", d.config.QOS}} {
		if o.value != "" {
			args = append(args, "--"+o.name+"="+o.value)
		}
	}
	if job.Array != nil {
		add("--array=0-%d", job.Array.Count-1)
	}
	r := job.Resources
	if r.CPUs > 0 {
		add("--cpus-per-task=%d", int(math.Ceil(r.CPUs)))
	}
	if r.Memory > 0 {
		add("--mem=%dK", (r.Memory-1)/1024+1)
	}
	if r.GPUs > 0 {
		add("--gres=gpu:%d", r.GPUs)
	}
	if r.RunTime > 0 {
		// task.py keeps it to the second, and can say so; Slurm counts in minutes, and is the second guard.
		add("--time=%d", int(math.Ceil(r.RunTime.Minutes()+0.5)))
	}
	return args
}
