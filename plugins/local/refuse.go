package main

import (
	"errors"
	"io/fs"
	"maps"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

var (
	tokenRule    = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	variableRule = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// validToken tells whether a token is one, and so harmless as a file name.
func validToken(token string) bool { return tokenRule.MatchString(token) }

// refuse tells what in the job this machine can never run, or cannot bring to its tasks exactly as it stands: fault.Invalid.
func refuse(job scheduler.Job, slots int, m machine) error {
	for _, check := range []func() error{
		func() error { return refuseFiles(job) },
		func() error { return refuseCommand(job) },
		func() error { return refuseEnvironment(job.Env) },
		func() error { return refuseArray(job.Array) },
		func() error { return refuseSize(job, m) },
		func() error { return refuseResources(job.Resources, slots, m) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func refuseCommand(job scheduler.Job) error {
	input, local := strings.CutPrefix(job.Command, "./")
	switch {
	case job.Command == "":
		return fault.Invalid.New("the job has no command")
	case hasNUL(job.Command):
		return fault.Invalid.New("command %q: a NUL byte", job.Command)
	case local && !slices.ContainsFunc(job.Inputs, func(in scheduler.Input) bool { return in.Name == input }):
		return fault.Invalid.New("command %q: the job has no input %q", job.Command, input)
	case !local && !path.IsAbs(job.Command) && strings.Contains(job.Command, "/"):
		return fault.Invalid.New("command %q: neither an absolute path, nor a name, nor \"./\" and the name of an input", job.Command)
	case slices.ContainsFunc(job.Args, hasNUL):
		return fault.Invalid.New("an argument of the job has a NUL byte, which no program can be given")
	}
	return nil
}

func refuseEnvironment(env map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		switch {
		case !variableRule.MatchString(name):
			return fault.Invalid.New("environment variable %q: a name is letters, digits and _, and begins with no digit", name)
		case name == scheduler.EnvTaskIndex || name == scheduler.EnvTaskCount || name == scheduler.EnvToken:
			return fault.Invalid.New("environment variable %s is set for each task and cannot be set by the job", name)
		case hasNUL(env[name]):
			return fault.Invalid.New("environment variable %s: a NUL byte, which no program can be given", name)
		}
	}
	return nil
}

func refuseArray(array *scheduler.Array) error {
	switch {
	case array == nil:
		return nil
	case array.Count < 1:
		return fault.Invalid.New("an array of %d tasks", array.Count)
	case len(array.Args) > 0 && len(array.Args) != array.Count:
		return fault.Invalid.New("an array of %d tasks with arguments for %d", array.Count, len(array.Args))
	}
	for i, row := range array.Args {
		if slices.ContainsFunc(row, hasNUL) {
			return fault.Invalid.New("an argument of task %d has a NUL byte, which no program can be given", i)
		}
	}
	return nil
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
	case math.IsNaN(r.CPUs) || r.CPUs < 0:
		return fault.Invalid.New("a task cannot have %v CPUs", r.CPUs)
	case r.CPUs > float64(slots):
		return fault.Invalid.New("a task that asks for %v CPUs can never run: this scheduler has %d slots", r.CPUs, slots)
	case r.GPUs != 0:
		return fault.Invalid.New("a task asks for %d GPUs: the local scheduler does not share any out", r.GPUs)
	case r.Memory < 0 || r.Disk < 0 || r.RunTime < 0:
		return fault.Invalid.New("memory, disk and run time cannot be negative")
	case m.memory > 0 && r.Memory > m.memory:
		return fault.Invalid.New("a task that asks for %d bytes of memory can never run: this machine has %d", r.Memory, m.memory)
	case m.disk > 0 && r.Disk > m.disk:
		return fault.Invalid.New("a task that asks for %d bytes of disk can never run: the disk here has %d", r.Disk, m.disk)
	}
	return nil
}

// slotsOf is how many slots each task of the job takes: its CPUs, rounded up, and at least one.
func slotsOf(job scheduler.Job) int { return max(1, int(math.Ceil(job.Resources.CPUs))) }

func refuseFiles(job scheduler.Job) error {
	names := make(map[string]bool, len(job.Inputs))
	for _, in := range job.Inputs {
		if err := refuseInput(in); err != nil {
			return err
		}
		if names[in.Name] {
			return fault.Invalid.New("input %q is named twice", in.Name)
		}
		names[in.Name] = true
	}
	for _, in := range job.Inputs {
		for dir := path.Dir(in.Name); dir != "."; dir = path.Dir(dir) {
			if names[dir] {
				return fault.Invalid.New("input %q cannot be in %q, which is an input and no folder", in.Name, dir)
			}
		}
	}
	if job.Stdin != "" && !names[job.Stdin] {
		return fault.Invalid.New("standard input: the job has no input %q", job.Stdin)
	}
	for _, out := range job.Outputs {
		if name := outputPath(out); !fs.ValidPath(name) || hasNUL(name) {
			return fault.Invalid.New("output %q is no path below the working directory", out)
		}
	}
	return nil
}

func refuseInput(in scheduler.Input) error {
	switch {
	case in.Name == "." || !fs.ValidPath(in.Name) || hasNUL(in.Name):
		return fault.Invalid.New("input %q is no path below the working directory", in.Name)
	case in.Size < 0:
		return fault.Invalid.New("input %q: %d bytes", in.Name, in.Size)
	}
	return nil
}

// outputPath is an output as a plain path: a folder may be named with "/" at its end.
func outputPath(name string) string {
	name = strings.TrimPrefix(name, "./")
	if name != "/" {
		name = strings.TrimSuffix(name, "/")
	}
	return name
}

func hasNUL(s string) bool { return strings.Contains(s, "\x00") }
