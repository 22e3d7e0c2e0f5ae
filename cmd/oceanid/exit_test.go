package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestCodeOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want int
	}{
		{fault.Internal.New("x"), 1},
		{fault.Crashed.New("x"), 1},
		{errors.New("nobody's"), 1},
		{fault.Invalid.New("x"), 2},
		{fault.NotFound.New("x"), 3},
		{fault.Denied.New("x"), 4},
		{fault.Unavailable.New("x"), 5},
		{fault.Timeout.New("x"), 5},
		{fault.Exhausted.New("x"), 5},
		{fault.Exists.New("x"), 6},
		{fault.Conflict.New("x"), 6},
		{fault.Unsupported.New("x"), 7},
		{&ended{state: scheduler.Failed}, 10},
		{&ended{state: scheduler.Cancelled}, 11},
		{fmt.Errorf("wrapped: %w", &ended{state: scheduler.Lost}), 12},
		{errors.Join(fault.NotFound.New("first"), fault.Denied.New("second")), 3},
		{&unbrought{"x", "no room"}, 14},
		{errors.Join(&ended{state: scheduler.Failed}, &unbrought{"x", "no room"}), 10},
		{errors.Join(fault.Denied.New("of one"), &halfway{}), 15},
		{errors.Join(&interruption{syscall.SIGINT}, &halfway{}), 130},
		{&interruption{syscall.SIGINT}, 130},
		{&interruption{syscall.SIGTERM}, 143},
	} {
		if got := codeOf(c.err); got != c.want {
			t.Errorf("%v (%s): %d, want %d", c.err, fault.Of(c.err), got, c.want)
		}
	}
}

// What a script sees of commands that cannot be carried out.
func TestRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"jbos"}, 2, `there is no command "oceanid jbos"; did you mean "jobs"?`},
		{[]string{"jobs", "lst"}, 2, `did you mean "list"?`},
		{[]string{"jobs", "list", "--stat", "running"}, 2, "did you mean --state?"},
		{[]string{"jobs", "list", "--state", "runing"}, 2, `did you mean "running"?`},
		{[]string{"jobs", "list", "--label", "x"}, 2, "write --label x=VALUE"},
		{[]string{"jobs", "list", "--label", "x=1", "--label", "x=2"}, 2, "given twice"},
		{[]string{"jobs", "list", "--limit", "0"}, 2, "--limit must be at least 1"},
		{[]string{"jobs", "list", "--after", "nonsense"}, 2, "cursor"},
		{[]string{"jobs", "list", "-o", "yaml"}, 2, "want table or json"},
		{[]string{"jobs", "list", "--log-level", "loud"}, 2, "want one of trace"},
		{[]string{"jobs", "list", "extra"}, 2, "write key=value"},
		{[]string{"jobs", "list", "--scheduler", "fild"}, 3, `did you mean "filed"?`},
		{[]string{"jobs", "show", "nope"}, 3, `job "nope": there is no such job`},
		{[]string{"jobs", "show"}, 2, "ID is missing (see oceanid jobs show --help)"},
		{[]string{"jobs", "show", "a", "b"}, 2, "only ID is expected"},
		{[]string{"jobs", "watch", "nope"}, 3, "no such job"},
		{[]string{"jobs", "logs", "nope", "--offset", "-1"}, 2, "--offset cannot be negative"},
		{[]string{"jobs", "cancel", "nope", "nada"}, 3, "nada"},
		{[]string{"jobs", "submit"}, 2, "SCHEDULER is missing"},
		{[]string{"jobs", "submit", "filed"}, 2, "the command is missing"},
		{[]string{"jobs", "submit", "filed", "--"}, 2, "the command is missing"},
		{[]string{"jobs", "submit", "--", "hostname"}, 2, "SCHEDULER is missing"},
		{[]string{"jobs", "submit", "filed", "hostname"}, 2, "write -- between"},
		{[]string{"jobs", "submit", "filed", "ls", "--", "-l"}, 2, "write -- between"},
		{[]string{"jobs", "submit", "fild", "--", "succeed"}, 3, `did you mean "filed"?`},
		{[]string{"jobs", "submit", "filed", "--memory", "lots", "--", "succeed"}, 2, "want a size such as 2GiB"},
		{[]string{"jobs", "submit", "filed", "--array", "-1", "--", "succeed"}, 2, `invalid argument "-1" for "--array" flag: want a whole number, 1 or more`},
		{[]string{"jobs", "submit", "filed", "--array", "0", "--", "succeed"}, 2, "--array"},
		{[]string{"jobs", "submit", "filed", "--gpus", "-1", "--", "succeed"}, 2, "--gpus cannot be negative"},
		{[]string{"jobs", "submit", "filed", "--run-time", "0s", "--", "succeed"}, 2, "want a time such as 30s, 1h30m or 2d"},
		{[]string{"jobs", "submit", "filed", "--queue-wait", "soon", "--", "succeed"}, 2, "--queue-wait"},
		{[]string{"jobs", "submit", "filed", "--env", "A B=c", "--", "succeed"}, 2, "is not a name"},
		{[]string{"jobs", "submit", "filed", "--input", "/does/not/exist", "--", "succeed"}, 2, "no such file"},
		{[]string{"jobs", "submit", "filed", "--output", "../x", "--", "succeed"}, 2, "outputs"},
		{[]string{"jobs", "submit", "filed", "--", "forbidden"}, 4, "may not do that"},
		{[]string{"schedulers", "show", "fild"}, 3, `did you mean "filed"?`},
		{[]string{"schedulers", "delete", "filed"}, 4, "is managed by"},
		{[]string{"schedulers", "create", "memory"}, 2, "NAME is missing"},
		{[]string{"schedulers", "create", "memory", "filed", "--host", "h"}, 6, `there is a scheduler "filed" already`},
		{[]string{"schedulers", "create", "memroy", "x"}, 3, `"memory"`},
		{[]string{"schedulers", "create", "memory", "x"}, 2, "host is missing"},
		{[]string{"schedulers", "create", "memory", "x", "--host", "h", "--set", "prot=1"}, 2, `did you mean "port"?`},
		{[]string{"schedulers", "create", "memory", "x", "--host", "h", "--set", "host=h"}, 2, "given twice"},
		{[]string{"schedulers", "create", "memory", "x", "--host", "nowhere", "--no-test"}, 2, "no such host"},
		{[]string{"schedulers", "create", "memory", "x", "--host", "h"}, 4, "wrong password"},
		{[]string{"drivers", "describe", "memroy"}, 3, `"memory"`},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			w := w.of(t)
			r := w.run(c.args...)
			if r.code != c.code || !strings.Contains(r.err, c.says) {
				t.Errorf("exit code %d, want %d; stderr, which should say %q:\n%s", r.code, c.code, c.says, r.err)
			}
			if strings.Contains(r.out, "Usage:") || strings.Contains(r.err, "Usage:") {
				t.Error("an error drowns in the help")
			}
		})
	}
	if out := w.must("schedulers", "list", "-o", "json"); strings.Contains(out, `"x"`) {
		t.Errorf("something was saved: %s", out)
	}
}

func TestConfigurationsThatAreWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("config.hcl", `driver "memory" {
  checksm = "sha256:00"
}

scheduler "memory" "one" {
  hots = "pool.example.org"
}

scheduler "memroy" "two" {}

scheduler "memory" "three" {
  host = "nowhere"
}
`)
	w.golden("config-check-wrong", w.run("config", "check"))
	w.golden("config-check-wrong-json", w.run("config", "check", "-o", "json"))
	if r := w.run("schedulers", "list"); r.code != exitInvalid || !strings.Contains(r.err, "config.hcl:2,3") {
		t.Errorf("exit code %d, %s", r.code, r.err)
	}
	// Who wants to know why a configuration does not work can still look at the drivers.
	if out := w.must("drivers", "list"); !strings.Contains(out, "memory") {
		t.Errorf("drivers: %s", out)
	}
	w.write("config.hcl", "scheduler \"memory\" \"three\" {\n  host = \"nowhere\"\n}\n")
	w.golden("config-check-refused", w.run("config", "check"))
	w.write("config.hcl", "store {\n  address  = \"http://pool.example.org\"\n  password = \"hunter2\"\n}\n\nscheduler \"memory\" \"three\" {\n  host = \"nowhere\"\n}\n")
	w.golden("config-check-address", w.run("config", "check"))
}

// What is probably not meant is told, and is no mistake.
func TestConfigurationWithWarnings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("config.hcl", `scheduler "memory" "filed" {
  host = "pool.example.org"
}

quota {
  scheduler = "fild"
  jobs      = 10
}
`)
	w.golden("config-check-warned", w.run("config", "check"))
	w.golden("config-check-warned-json", w.run("config", "check", "-o", "json"))
	if r := w.run("schedulers", "list"); r.code != exitOK || r.err != "" {
		t.Errorf("a command that only looks: exit code %d, %s", r.code, r.err)
	}
	if r := w.run("jobs", "submit", "filed", "--wait", "--", "succeed"); r.code != exitOK || !strings.Contains(r.err, "config.hcl:6,15-21: there is no scheduler of that name; did you mean \"filed\"?") {
		t.Errorf("a command that follows: exit code %d, %s", r.code, r.err)
	}
}
