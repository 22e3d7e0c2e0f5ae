package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestSubmit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in = strings.NewReader(canary)
	model := w.write("model", "#!/bin/sh\n")
	id := w.must("jobs", "submit", "filed", "--array", "3", "--env", "A=x=y", "--input", model+":bin/m", "--memory", "1.5GiB", "--run-time", "1h",
		"--", "run", "--wait", "-o", "json", "a b", `"';$(x)`)
	got := w.pool.submitted(t, "run")
	want := scheduler.Job{
		Token: id, Name: "run", Command: "run", Args: []string{"--wait", "-o", "json", "a b", `"';$(x)`}, Env: map[string]string{"A": "x=y"},
		Array: &scheduler.Array{Count: 3}, Resources: scheduler.Resources{Memory: 3 << 29, RunTime: time.Hour}, Inputs: got.Inputs,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if text := w.pool.inputs[id+"/bin/m"]; text != "#!/bin/sh\n" {
		t.Errorf("the input arrived as %q", text)
	}
}

func TestWaitTellsTheOutcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for command, code := range map[string]int{"succeed": exitOK, "fail": exitJobFailed, "vanish": exitJobLost} {
		t.Run(command, func(t *testing.T) {
			w := w.of(t)
			r := w.run("jobs", "submit", "filed", "--wait", "--", command)
			id := strings.TrimSpace(r.out)
			if r.code != code || strings.Count(r.out, "\n") != 1 {
				t.Errorf("exit code %d, want %d; stdout %q, stderr\n%s", r.code, code, r.out, r.err)
			}
			if again := w.run("jobs", "watch", id); again.code != code {
				t.Errorf("watch: exit code %d", again.code)
			}
			r = w.run("jobs", "submit", "filed", "--wait", "-o", "json", "--", command)
			var jobs []host.Job
			for d := json.NewDecoder(strings.NewReader(r.out)); d.More(); {
				var j host.Job
				if err := d.Decode(&j); err != nil {
					t.Fatal(err)
				}
				jobs = append(jobs, j)
			}
			if r.code != code || len(jobs) != 2 || jobs[0].ID != jobs[1].ID || !jobs[1].State.Terminal() || strings.Count(r.out, "\n") != 2 {
				t.Errorf("exit code %d, as a stream:\n%s", r.code, r.out)
			}
		})
	}
}

// lines is a writer that tells when a whole line has come.
type lines struct {
	bytes.Buffer
	first chan struct{}
}

func (l *lines) Write(b []byte) (int, error) {
	n, err := l.Buffer.Write(b)
	if l.first != nil && bytes.Contains(b, []byte("running")) {
		close(l.first)
		l.first = nil
	}
	return n, err
}

func TestInterruptedWatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.must("jobs", "submit", "filed", "--", "run")
	ctx, cancel := context.WithCancelCause(t.Context())
	running := make(chan struct{})
	out := &lines{first: running}
	var errs bytes.Buffer
	code := make(chan int, 1)
	go func() { code <- w.app(out, &errs).run(ctx, w.args([]string{"jobs", "watch", id})) }()
	<-running
	cancel(&interruption{syscall.SIGINT})
	if c := <-code; c != 130 || errs.String() != "oceanid: interrupted; the job goes on: oceanid jobs watch "+id+"\n" {
		t.Errorf("exit code %d, %q", c, errs.String())
	}
	var j host.Job
	if err := json.Unmarshal([]byte(w.must("jobs", "show", id, "-o", "json")), &j); err != nil || j.State != scheduler.Running || !j.CancelRequested.IsZero() {
		t.Errorf("the job is %s, %v", j.State, err)
	}
}

func TestInterruptedSubmit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	var out, errs bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- w.app(&out, &errs).run(ctx, w.args([]string{"jobs", "submit", "filed", "--", "ponder"}))
	}()
	<-w.pool.pondering
	if out := w.must("jobs", "list", "--no-refresh", "-o", "json"); !strings.Contains(out, "if the process that has it should have died, another takes it over at") {
		t.Errorf("nobody is told what becomes of it: %s", out)
	}
	cancel(&interruption{syscall.SIGTERM})
	c := <-code
	if id := strings.TrimSpace(out.String()); c != 143 || errs.String() != "oceanid: told to end; the job goes on: oceanid jobs watch "+id+"\n" {
		t.Errorf("exit code %d, %q, %q", c, out.String(), errs.String())
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	running, over := w.must("jobs", "submit", "filed", "--", "run"), w.must("jobs", "submit", "filed", "--wait", "--", "succeed")
	r := w.run("jobs", "cancel", over, "nope", running)
	if r.code != exitNotFound || r.out != "cancelling "+running+"\n" || !strings.Contains(r.err, over+" has ended already: succeeded") {
		t.Errorf("exit code %d, %q, %q", r.code, r.out, r.err)
	}
	if r := w.run("jobs", "watch", running); r.code != exitJobCancelled || !strings.Contains(r.err, "was cancelled: removed") {
		t.Errorf("exit code %d, %q", r.code, r.err)
	}
	if out := w.must("jobs", "cancel", running, "-o", "json"); out != "{\n  \"cancelling\": []\n}" {
		t.Errorf("as JSON: %s", out)
	}
}

func TestPoolAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.must("jobs", "submit", "filed", "--", "run")
	w.pool.leave()
	for _, args := range [][]string{{"jobs", "list"}, {"jobs", "show", id}} {
		r := w.run(args...)
		if r.code != exitOK || !strings.Contains(r.out, id) || !strings.Contains(r.err, "a pool could not be asked; this is what was known before") {
			t.Errorf("%s: exit code %d\n%s\n%s", args, r.code, r.out, r.err)
		}
		if r := w.run(append(args, "--no-refresh")...); r.code != exitOK || r.err != "" {
			t.Errorf("%s --no-refresh: exit code %d\n%s", args, r.code, r.err)
		}
	}
	r := w.run("jobs", "submit", "filed", "--", "run")
	if r.code != exitOK || !strings.Contains(r.err, "the job is kept here, not at the pool yet, is tried again: ") {
		t.Errorf("exit code %d\n%s\n%s", r.code, r.out, r.err)
	}
	if r := w.run("schedulers", "delete", "filed"); r.code != exitDenied {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
}

func TestListGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []string
	for range 5 {
		want = append([]string{w.must("jobs", "submit", "filed", "--", "succeed")}, want...)
	}
	var got []string
	for after := ""; ; {
		var page struct {
			Jobs []host.Job
			Next string
		}
		if err := json.Unmarshal([]byte(w.must("jobs", "list", "--limit", "2", "--after", after, "-o", "json")), &page); err != nil {
			t.Fatal(err)
		}
		for _, j := range page.Jobs {
			got = append(got, j.ID)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, array := w.must("jobs", "submit", "filed", "--", "succeed"), w.must("jobs", "submit", "filed", "--array", "2", "--", "succeed")
	dir := filepath.Join(w.dir, "results")
	for name, c := range map[string]struct {
		args  []string
		code  int
		files []string
	}{
		"download-one":   {[]string{one}, exitOK, []string{"SHA256SUMS", "out/r.txt"}},
		"download-array": {[]string{array}, exitOK, []string{"0/out/r.txt", "1/out/r.txt", "SHA256SUMS"}},
		"download-task":  {[]string{array, "--task", "1"}, exitOK, []string{"1/out/r.txt", "SHA256SUMS"}},
		"download-evil":  {[]string{one, "--path", "evil"}, exitDenied, []string{"SHA256SUMS", "out/r.txt"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.of(t)
			args := append([]string{"jobs", "download", "--dir", dir}, c.args...)
			r := w.run(args...)
			if r.code != c.code {
				t.Errorf("exit code %d, want %d", r.code, c.code)
			}
			w.golden(name, r)
			if diff := cmp.Diff(c.files, tree(t, dir)); diff != "" {
				t.Error(diff)
			}
			w.golden(name+"-json", w.run(append(args, "-o", "json")...))
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// tree is the files below a folder.
func tree(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return names
}

func TestLogLines(t *testing.T) {
	t.Parallel()
	var got []logLine
	l := &logLines{print: func(l logLine) error { got = append(got, l); return nil }, next: logLine{Offset: 7}}
	long := strings.Repeat("x", longestLine+1)
	for _, s := range []string{"a", "b\nc\n", "", long, "\nend"} {
		if _, err := io.WriteString(l, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.end(); err != nil {
		t.Fatal(err)
	}
	want := []logLine{{Offset: 7, Text: "ab\n"}, {Offset: 10, Text: "c\n"}, {Offset: 12, Text: long[:longestLine]}, {Offset: 12 + longestLine, Text: "x\n"}, {Offset: 14 + longestLine, Text: "end"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
