package description

import (
	"errors"
	"io/fs"
	"maps"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What a Linux machine gives a program at the least: MAX_ARG_STRLEN in one argument or variable, and a quarter of a stack of 8 MiB in all of
// them together (execve(2)), less what the pool and the kernel add.
const (
	longestArg = 128<<10 - 1
	allArgs    = 2<<20 - 256<<10
)

var (
	tokenRule    = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	variableRule = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// ValidToken tells whether a token is one, and so harmless as a file name, in a constraint and in a script.
func ValidToken(token string) bool { return tokenRule.MatchString(token) }

// Refuse tells what in a job no pool can ever run, or cannot be brought to its tasks exactly as it stands: fault.Invalid.
func Refuse(job scheduler.Job) error {
	for _, refuse := range []func(scheduler.Job) error{
		refuseIdentity, refuseFiles, refuseCommand, refuseEnvironment, refuseArray, refuseSize, refuseResources,
	} {
		if err := refuse(job); err != nil {
			return err
		}
	}
	return nil
}

func refuseIdentity(job scheduler.Job) error {
	switch {
	case !ValidToken(job.Token):
		return fault.Invalid.New("token %q: a token is at most 64 letters, digits and \"-\"", job.Token)
	case strings.ContainsFunc(job.Name, unicode.IsControl):
		return fault.Invalid.New("the name %q has a control character, which a name must not have", job.Name)
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
	case !local && !path.IsAbs(job.Command) && strings.Contains(job.Command, "/"), strings.HasPrefix(job.Command, "-"):
		return fault.Invalid.New("command %q: neither an absolute path, nor a name, nor \"./\" and the name of an input", job.Command)
	case slices.ContainsFunc(job.Args, hasNUL):
		return fault.Invalid.New("an argument of the job has a NUL byte, which no program can be given")
	}
	return nil
}

func refuseEnvironment(job scheduler.Job) error {
	for _, name := range slices.Sorted(maps.Keys(job.Env)) {
		switch {
		case !variableRule.MatchString(name):
			return fault.Invalid.New("environment variable %q: a name is letters, digits and _, and begins with no digit", name)
		case name == scheduler.EnvTaskIndex || name == scheduler.EnvTaskCount || name == scheduler.EnvToken:
			return fault.Invalid.New("environment variable %s is set for each task and cannot be set by the job", name)
		case hasNUL(job.Env[name]):
			return fault.Invalid.New("environment variable %s: a NUL byte, which no program can be given", name)
		}
	}
	return nil
}

func refuseArray(job scheduler.Job) error {
	array := job.Array
	switch {
	case array == nil:
		return nil
	case array.Count < 1:
		return fault.Invalid.New("an array of %d tasks", array.Count)
	case len(array.Args) > 0 && len(array.Args) != array.Count:
		return fault.Invalid.New("an array of %d tasks with arguments for %d", array.Count, len(array.Args))
	}
	for i, row := range array.Args {
		switch packed := len(Pack(row)); {
		case slices.ContainsFunc(row, hasNUL):
			return fault.Invalid.New("an argument of task %d has a NUL byte, which no program can be given", i)
		case packed > longestArg:
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

func refuseResources(job scheduler.Job) error {
	r := job.Resources
	switch {
	case math.IsNaN(r.CPUs) || r.CPUs < 0 || r.CPUs > math.MaxInt32:
		return fault.Invalid.New("a task cannot have %v CPUs", r.CPUs)
	case r.Memory < 0 || r.Disk < 0 || r.GPUs < 0 || r.RunTime < 0:
		return fault.Invalid.New("memory, disk, GPUs and run time cannot be negative")
	}
	return nil
}

func refuseFiles(job scheduler.Job) error {
	names := make(map[string]bool, len(job.Inputs))
	for _, in := range job.Inputs {
		if err := RefuseInput(in); err != nil {
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
		if name := OutputPath(out); !fs.ValidPath(name) || hasNUL(name) {
			return fault.Invalid.New("output %q is no path below the working directory", out)
		}
	}
	return nil
}

// RefuseInput tells what is wrong with one input: fault.Invalid.
func RefuseInput(in scheduler.Input) error {
	switch {
	case in.Name == "." || !fs.ValidPath(in.Name) || hasNUL(in.Name):
		return fault.Invalid.New("input %q is no path below the working directory", in.Name)
	case in.Size < 0:
		return fault.Invalid.New("input %q: %d bytes", in.Name, in.Size)
	}
	return nil
}

func hasNUL(s string) bool { return strings.Contains(s, "\x00") }
