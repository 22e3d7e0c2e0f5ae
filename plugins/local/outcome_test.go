package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestOutcome(t *testing.T) {
	t.Parallel()
	p := newPool(t, 4)
	input := func(name, content string, mode uint32) []scheduler.Input {
		return []scheduler.Input{{Name: name, Data: []byte(content), Mode: mode}}
	}
	for name, c := range map[string]struct {
		job    scheduler.Job
		state  scheduler.State
		exit   *scheduler.Exit
		reason string
	}{
		"success":           {shell("exit 0"), scheduler.Succeeded, &scheduler.Exit{}, ""},
		"exit code":         {shell("exit 3"), scheduler.Failed, &scheduler.Exit{Code: 3}, "exit code 3"},
		"killed":            {shell("kill -KILL $$"), scheduler.Failed, &scheduler.Exit{Signal: 9}, "signal 9 (SIGKILL)"},
		"terminated":        {shell("kill -TERM $$"), scheduler.Failed, &scheduler.Exit{Signal: 15}, "signal 15 (SIGTERM)"},
		"absolute path":     {scheduler.Job{Command: "/bin/true"}, scheduler.Succeeded, &scheduler.Exit{}, ""},
		"not found":         {scheduler.Job{Command: "no-such-program"}, scheduler.Failed, nil, `command not found: "no-such-program"`},
		"no such file":      {scheduler.Job{Command: "/no/such/program"}, scheduler.Failed, nil, `command not found: there is no file "/no/such/program"`},
		"a long name":       {scheduler.Job{Command: strings.Repeat("ä", 50_000)}, scheduler.Failed, nil, `command not found: "` + strings.Repeat("ä", 100) + `…" is`},
		"a folder":          {scheduler.Job{Command: "/tmp"}, scheduler.Failed, nil, "cannot be executed: permission denied"},
		"an input":          {scheduler.Job{Command: "./a/run", Inputs: input("a/run", "#!/bin/sh\nexit 5", 0o755)}, scheduler.Failed, &scheduler.Exit{Code: 5}, "exit code 5"},
		"not executable":    {scheduler.Job{Command: "./run", Inputs: input("run", "#!/bin/sh\n", 0)}, scheduler.Failed, nil, "its mode is 0644: make it executable"},
		"no interpreter":    {scheduler.Job{Command: "./run", Inputs: input("run", "#!/no/shell\n", 0o755)}, scheduler.Failed, nil, "the interpreter that its first line names"},
		"no program at all": {scheduler.Job{Command: "./run", Inputs: input("run", "words", 0o755)}, scheduler.Failed, nil, "neither a program of this machine nor a script"},
		"PATH of the job": {
			scheduler.Job{Command: "sh", Args: []string{"-c", "exit 0"}, Env: map[string]string{"PATH": "/no/folder"}},
			scheduler.Failed, nil, `in no folder of the PATH "/no/folder"`,
		},
		"too long": {
			scheduler.Job{Command: "sleep", Args: []string{"1000"}, Resources: scheduler.Resources{RunTime: 50 * time.Millisecond}},
			scheduler.Failed, &scheduler.Exit{Signal: 15}, "longer than its limit of 50ms",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &pool{p.driver, t}
			if c.job.Token == "" {
				c.job.Token = newToken()
			}
			got := p.run(c.job)
			if got.State != c.state || !reflect.DeepEqual(got.Exit, c.exit) {
				t.Errorf("%s %+v, want %s %+v", got.State, got.Exit, c.state, c.exit)
			}
			if !strings.Contains(got.Reason, c.reason) || (got.Reason == "") != (c.reason == "") {
				t.Errorf("reason %q, want %q in it", got.Reason, c.reason)
			}
			if node, _ := os.Hostname(); got.Node != node || time.Since(got.Time) > time.Hour || got.Token != c.job.Token || got.ID == "" {
				t.Errorf("told as %+v", got)
			}
			asked := p.query(refOf(c.job))
			if len(asked) != 1 || !reflect.DeepEqual(asked[0], got) {
				t.Errorf("Query says %+v, Watch said %+v", asked, got)
			}
		})
	}
}

func TestTaskStartsInAnEmptyPlaceOfItsOwn(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	ref := p.submit(array(shell(`[ -z "$(ls -A)" ] || exit 1; touch mine; cat; ps -o sid= -p $$ | tr -d ' '; echo $$`), 2))
	dirs := make(map[string]bool)
	for i, s := range p.wait(ref) {
		if s.State != scheduler.Succeeded {
			t.Fatalf("task %d: %+v", i, s)
		}
		lines := strings.Fields(p.output(ref, i))
		if len(lines) != 2 || lines[0] != lines[1] {
			t.Errorf("task %d: session and process: %v", i, lines)
		}
		dirs[filepath.Join(p.folder.task(ref.Token, i), workName)] = true
	}
	if len(dirs) != 2 {
		t.Errorf("folders: %v", dirs)
	}
}

func TestNoDescriptorReachesTheTask(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	ref := p.submit(scheduler.Job{Token: newToken(), Command: "ls", Args: []string{"/proc/self/fd"}})
	p.wait(ref)
	// The last is the folder that ls reads.
	if got := p.output(ref, 0); got != "0\n1\n2\n3\n" {
		t.Errorf("descriptors:\n%s", got)
	}
}

func TestStandardInput(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	job := shell("cat; echo done")
	job.Stdin, job.Inputs = "in/put", []scheduler.Input{{Name: "in/put", Data: []byte("words\n")}}
	ref := p.submit(job)
	p.wait(ref)
	if got := p.output(ref, 0); got != "words\ndone\n" {
		t.Errorf("output %q", got)
	}
}
