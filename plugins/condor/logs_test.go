package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// However fast an output begins anew and grows, all of it is shown; and what goes on is shown once.
func TestOutputThatBeginsAnew(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a line of it\n", 1000)
	for name, test := range map[string]struct {
		offset int64
		looks  []string // the file before each look; the last one is the whole one
		want   string
	}{
		"grows":                    {0, []string{"one\n", "one\n", "one\ntwo\n", "one\ntwo\nthree"}, "one\ntwo\nthree"},
		"anew and longer":          {0, []string{"one\n", "another\n", "another\nend\n"}, "one\nanother\nend\n"},
		"anew and as long":         {0, []string{"one\n", "two\n", "two\n"}, "one\ntwo\n"},
		"anew and shorter":         {0, []string{"one two\n", "1\n", "1\n2\n"}, "one two\n1\n2\n"},
		"shorter only in the end":  {0, []string{"one two\n", "1\n"}, "one two\n1\n"},
		"empty in between":         {0, []string{"one\n", "", "one\ntwo\n"}, "one\none\ntwo\n"},
		"from an offset":           {4, []string{"one\n", "one\ntwo\n"}, "two\n"},
		"from beyond its end":      {100, []string{"one\n", "one\ntwo\n"}, ""},
		"long, and goes on":        {0, []string{long, long + "end\n"}, long + "end\n"},
		"long, and anew in places": {0, []string{long, "x" + long + "end\n"}, long + "x" + long + "end\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "0.out")
			log := output{point: access.NewLocal(), path: file, offset: test.offset}
			defer log.close()
			var got strings.Builder
			for i, content := range test.looks {
				to := file + description.LiveSuffix
				if i == len(test.looks)-1 {
					to = file
					log.close()
				}
				if err := os.WriteFile(to, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := log.copy(t.Context(), &got); err != nil {
					t.Fatal(err)
				}
			}
			if got.String() != test.want {
				t.Errorf("%q\nnot\n%q", got.String(), test.want)
			}
		})
	}
}

// A task that its machine is taken from writes anew, and whoever follows it sees that.
func TestLogsOfATaskThatRunsAnew(t *testing.T) {
	t.Parallel()
	d := ben(t)
	gate := "/srv/" + newToken()
	ref := submit(t, d, sh("if [ -e "+gate+" ]; then echo a second run, and longer; else echo run 1; sleep 600; fi"))
	r, w := io.Pipe()
	go func() {
		w.CloseWithError(d.Logs(t.Context(), ref, scheduler.LogOptions{Follow: true}, w))
	}()
	first := make([]byte, 6)
	if _, err := io.ReadFull(r, first); err != nil || string(first) != "run 1\n" {
		t.Fatalf("%q: %v", first, err)
	}
	onPoint(t, "root", "touch "+gate)
	onPoint(t, "ben", "condor_vacate_job -fast "+string(ref.ID))
	if rest, err := io.ReadAll(r); err != nil || string(rest) != "a second run, and longer\n" {
		t.Errorf("%q: %v", rest, err)
	}
}

func TestLogsGrowWhileTheTaskRuns(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ctx := t.Context()
	job := sh(`echo first; echo oops >&2; while [ ! -e /home/ben/go-on-$OCEANID_JOB_TOKEN ]; do sleep 0.1; done; echo last; printf 'no newline'`)
	ref := submit(t, d, job)
	r, w := io.Pipe()
	followed := make(chan error, 1)
	go func() {
		err := d.Logs(ctx, ref, scheduler.LogOptions{Follow: true}, w)
		w.CloseWithError(err)
		followed <- err
	}()
	first := make([]byte, 6)
	if _, err := io.ReadFull(r, first); err != nil || string(first) != "first\n" {
		t.Fatalf("the first line is %q: %v", first, err)
	}
	if s := query(t, d, ref)[0]; s.State != scheduler.Running {
		t.Errorf("it was seen only when the task was %s", s.State)
	}
	if got := stdout(t, d, ref, 0); got != "first\n" {
		t.Errorf("so far there is %q", got)
	}
	if _, err := condor(t).Run(ctx, "ben", "touch", "/home/ben/go-on-"+ref.Token); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(r)
	if err != nil || string(rest) != "last\nno newline" {
		t.Errorf("the rest is %q: %v", rest, err)
	}
	if err := <-followed; err != nil {
		t.Error(err)
	}
	// Afterwards, from an offset, and the other stream.
	var b strings.Builder
	if err := d.Logs(ctx, ref, scheduler.LogOptions{Offset: 6, Follow: true}, &b); err != nil || b.String() != "last\nno newline" {
		t.Errorf("from 6 on: %q, %v", b.String(), err)
	}
	b.Reset()
	if err := d.Logs(ctx, ref, scheduler.LogOptions{Stream: scheduler.Stderr}, &b); err != nil || b.String() != "oops\n" {
		t.Errorf("stderr: %q, %v", b.String(), err)
	}
	wantFault(t, d.Logs(ctx, ref, scheduler.LogOptions{Task: 1}, &b), fault.NotFound)
	wantFault(t, d.Logs(ctx, scheduler.Ref{Token: newToken(), ID: "1", Tasks: 1}, scheduler.LogOptions{}, &b), fault.NotFound)
	wantFault(t, d.Logs(ctx, ref, scheduler.LogOptions{Stream: "x"}, &b), fault.Invalid)
}

func TestLogsOfATaskThatHasNotBegun(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submit(t, d, scheduler.Job{Command: "true", Resources: scheduler.Resources{CPUs: 1000}})
	if got := stdout(t, d, ref, 0); got != "" {
		t.Errorf("it has written %q", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if err := d.Logs(ctx, ref, scheduler.LogOptions{Follow: true}, io.Discard); fault.Of(err) != fault.Timeout {
		t.Errorf("following it ends with %v", err)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	// The end of a task that never ran is an end, too.
	if err := d.Logs(t.Context(), ref, scheduler.LogOptions{Follow: true}, io.Discard); err != nil {
		t.Error(err)
	}
}
