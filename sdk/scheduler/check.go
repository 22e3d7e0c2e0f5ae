package scheduler

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Check tells what no pool could carry, before anything is kept or sent: the error is fault.Invalid and names the field. Host and SDK both call it, so that
// a driver never sees a job that fails it.
func (j Job) Check() error {
	if j.Command == "" {
		return fault.Invalid.New("command: a job needs one")
	}
	for _, c := range []struct{ field, value string }{{"name", j.Name}, {"command", j.Command}, {"stdin", j.Stdin}, {"user", j.User}} {
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
	for k, v := range j.Labels {
		if err := oneLine("labels", k+v); err != nil {
			return err
		}
	}
	return checkArray(j.Array)
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
	name := regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	for k, v := range env {
		if !name.MatchString(k) {
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

func checkFiles(j Job) error {
	seen := map[string]bool{}
	for _, in := range j.Inputs {
		if err := relative("inputs", in.Name); err != nil {
			return err
		}
		if seen[in.Name] {
			return fault.Invalid.New("inputs: %q is there twice", in.Name)
		}
		seen[in.Name] = true
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

func checkArray(a *Array) error {
	switch {
	case a == nil:
		return nil
	case a.Count < 1:
		return fault.Invalid.New("array: count is %d; it must be at least 1", a.Count)
	case len(a.Args) != 0 && len(a.Args) != a.Count:
		return fault.Invalid.New("array: %d rows of args for %d tasks; give none, or one a task", len(a.Args), a.Count)
	}
	for _, row := range a.Args {
		if err := checkArgs("array args", row); err != nil {
			return err
		}
	}
	return nil
}
