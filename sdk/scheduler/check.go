package scheduler

import (
	"io/fs"
	"math"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oceanid/oceanid/sdk/fault"
)

// longestKey is the longest key of a job, in bytes.
const longestKey = 256

var (
	tokenRule    = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	variableRule = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// ValidToken tells whether a token is one, and so harmless as the name of a file, in a pool's query language and in a script. The SDK lets no job and no
// upload through to a driver without; of the tokens in a [Ref] a driver must see to that itself.
func ValidToken(token string) bool { return tokenRule.MatchString(token) }

// Check tells what no pool could carry, before anything is kept or sent: the error is fault.Invalid and names the field. Host and SDK both call it, so that
// a driver never sees a job that fails it. What remains for a driver to refuse are its own pool's limits. The token is not looked at: a job has none before
// the host gives it one.
func (j Job) Check() error {
	if j.Command == "" {
		return fault.Invalid.New("command: a job needs one")
	}
	for _, c := range []struct{ field, value string }{{"name", j.Name}, {"command", j.Command}, {"stdin", j.Stdin}, {"user", j.User}, {"key", j.Key}} {
		if err := oneLine(c.field, c.value); err != nil {
			return err
		}
	}
	if err := checkArgs("args", j.Args); err != nil {
		return err
	}
	if err := checkEnv(j.Env); err != nil {
		return err
	}
	if err := checkFiles(j); err != nil {
		return err
	}
	if err := checkLabels(j.Labels); err != nil {
		return err
	}
	if err := checkResources(j.Resources); err != nil {
		return err
	}
	if err := checkArray(j.Array); err != nil {
		return err
	}
	if len(j.Key) > longestKey {
		return fault.Invalid.New("key: it has %d bytes; at most %d", len(j.Key), longestKey)
	}
	for _, g := range j.Groups {
		if err := oneLine("groups", g); err != nil {
			return err
		}
	}
	if err := checkOptionKinds(j.Options); err != nil {
		return err
	}
	return j.Policy.Check(j.Tasks())
}

// Check tells what no pool could carry of an input: fault.Invalid. Job.Check does so for each of the job's, the SDK for each that is uploaded.
func (in Input) Check() error {
	if err := relative("inputs", in.Name); err != nil {
		return err
	}
	if in.Size < 0 {
		return fault.Invalid.New("inputs: %q has a size of %d bytes", in.Name, in.Size)
	}
	return nil
}

func oneLine(field, value string) error {
	if !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return fault.Invalid.New("%s: %q has control characters or is not UTF-8", field, value)
	}
	return nil
}

func text(field, value string) error {
	if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
		return fault.Invalid.New("%s: %q holds a NUL or is not UTF-8; send such data as an input file", field, value)
	}
	return nil
}

func checkArgs(field string, args []string) error {
	for _, a := range args {
		if err := text(field, a); err != nil {
			return err
		}
	}
	return nil
}

func checkEnv(env map[string]string) error {
	for k, v := range env {
		if !variableRule.MatchString(k) {
			return fault.Invalid.New("env: %q is not a name: [A-Za-z_][A-Za-z0-9_]*", k)
		}
		if strings.HasPrefix(k, "OCEANID_") {
			return fault.Invalid.New("env: %q: names that begin with OCEANID_ are set by the driver", k)
		}
		if err := text("env "+k, v); err != nil {
			return err
		}
	}
	return nil
}

func checkLabels(labels map[string]string) error {
	for k, v := range labels {
		// Each for itself: two halves of one letter are UTF-8 only together.
		if err := oneLine("labels", k); err != nil {
			return err
		}
		if err := oneLine("labels", v); err != nil {
			return err
		}
	}
	return nil
}

func checkFiles(j Job) error {
	seen := map[string]bool{}
	for _, in := range j.Inputs {
		if err := in.Check(); err != nil {
			return err
		}
		if seen[in.Name] {
			return fault.Invalid.New("inputs: %q is there twice", in.Name)
		}
		seen[in.Name] = true
	}
	for _, in := range j.Inputs {
		for dir := path.Dir(in.Name); dir != "."; dir = path.Dir(dir) {
			if seen[dir] {
				return fault.Invalid.New("inputs: %q cannot be in %q, which is an input and no folder", in.Name, dir)
			}
		}
	}
	for _, out := range j.Outputs {
		if err := relative("outputs", out); err != nil {
			return err
		}
	}
	if j.Stdin != "" && !seen[j.Stdin] {
		return fault.Invalid.New("stdin: %q is not one of the inputs", j.Stdin)
	}
	if name, ok := strings.CutPrefix(j.Command, "./"); ok && !seen[name] {
		return fault.Invalid.New("command: %q is not one of the inputs", j.Command)
	}
	if !strings.HasPrefix(j.Command, "./") && !strings.HasPrefix(j.Command, "/") && strings.Contains(j.Command, "/") {
		return fault.Invalid.New("command: %q: write an absolute path, a bare name, or ./NAME of an input", j.Command)
	}
	return nil
}

func relative(field, name string) error {
	if !fs.ValidPath(name) || name == "." || path.Clean(name) != name {
		return fault.Invalid.New("%s: %q is not a relative path inside the task's directory", field, name)
	}
	return oneLine(field, name)
}

func checkResources(r Resources) error {
	switch {
	case math.IsNaN(r.CPUs) || r.CPUs < 0 || r.CPUs > math.MaxInt32:
		return fault.Invalid.New("resources: a task cannot have %v CPUs", r.CPUs)
	case r.GPUs > math.MaxInt32:
		return fault.Invalid.New("resources: a task cannot have %d GPUs", r.GPUs)
	case r.Memory < 0 || r.Disk < 0 || r.GPUs < 0 || r.RunTime < 0:
		return fault.Invalid.New("resources: memory, disk, GPUs and run time cannot be negative")
	}
	return nil
}

func checkArray(a *Array) error {
	switch {
	case a == nil:
		return nil
	case a.Count < 1:
		return fault.Invalid.New("array: count is %d; it must be at least 1", a.Count)
	case len(a.Args) != 0 && len(a.Args) != a.Count:
		return fault.Invalid.New("array: %d rows of args for %d tasks; give none, or one a task", len(a.Args), a.Count)
	}
	if len(a.Indices) != 0 && len(a.Indices) != a.Count {
		return fault.Invalid.New("array: %d indices for %d tasks; give none, or one a task", len(a.Indices), a.Count)
	}
	seen := make(map[int]bool, len(a.Indices))
	for _, i := range a.Indices {
		if i < 0 || seen[i] {
			return fault.Invalid.New("array: index %d is negative or there twice", i)
		}
		seen[i] = true
	}
	for _, row := range a.Args {
		if err := checkArgs("array args", row); err != nil {
			return err
		}
	}
	return nil
}
