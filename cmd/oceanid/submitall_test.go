package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
)

// Of a file with several jobs none is submitted before all are in order, and what a pool refuses all the same is told with the command for the rest, which doubles
// nothing.
func TestSubmitSeveral(t *testing.T) {
	t.Parallel()
	job := func(name, command, more string) string {
		return fmt.Sprintf("job %q {\n  scheduler = \"filed\"\n  command   = %q\n%s}\n", name, command, more)
	}
	keyed := func(name string) string { return fmt.Sprintf("  key       = %q\n", name) }
	for name, c := range map[string]struct {
		file      string
		code      int
		submitted []string
		left      []string
		says      string
	}{
		"all are fine":        {job("a", "succeed", "") + job("b", "fail", ""), exitOK, []string{"fail", "succeed"}, nil, ""},
		"no such scheduler":   {job("a", "succeed", "") + "job \"b\" {\n  scheduler = \"filled\"\n  command = \"fail\"\n}\n", exitNotFound, nil, nil, "FILE:6,15-23: "},
		"no workflows":        {job("a", "succeed", "") + "workflow \"b\" {\n  scheduler = \"filed\"\n  node \"c\" { command = \"d\" }\n}\n", exitUnsupported, nil, nil, "FILE:5,1-13: "},
		"the pool refuses":    {job("a", "succeed", "") + job("b", "forbidden", "") + job("c", "fail", ""), exitHalfway, []string{"succeed"}, []string{"b", "c"}, "jobs submit -f FILE b c (all of the file again would run twice those"},
		"the first one":       {job("b", "forbidden", "") + job("c", "fail", ""), exitDenied, nil, []string{"b", "c"}, "may not do that"},
		"what is there is so": {job("a", "succeed", keyed("a")) + job("b", "forbidden", ""), exitHalfway, []string{"succeed"}, []string{"b"}, "jobs submit -f FILE b (all of the file again doubles nothing either"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			file := w.write("jobs.hcl", c.file)
			r := w.run("jobs", "submit", "-f", file, "-o", "json")
			if r.code != c.code || !strings.Contains(strings.ReplaceAll(r.err, file, "FILE"), c.says) {
				t.Errorf("exit code %d, want %d; it should say %q:\n%s", r.code, c.code, c.says, r.err)
			}
			if diff := cmp.Diff(c.submitted, w.pool.commands()); diff != "" {
				t.Errorf("at the pool: %s", diff)
			}
			var told struct {
				Jobs         []host.Job
				NotSubmitted []string `json:"not_submitted"`
			}
			if err := json.Unmarshal([]byte(r.out), &told); r.out != "" && err != nil || len(told.Jobs) != len(c.submitted) || !slices.Equal(told.NotSubmitted, c.left) {
				t.Errorf("%v, it prints %s", err, r.out)
			}
		})
	}
}

// commands are those of the jobs that the pool was given, in the order of the alphabet; nil: it was given none.
func (p *pool) commands() (all []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, job := range p.jobs {
		all = append(all, job.Command)
	}
	slices.Sort(all)
	return all
}

// An interruption between two jobs leaves those that are there, and says which are not.
func TestSubmitSeveralInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.write("jobs.hcl", "job \"a\" {\n  command = \"succeed\"\n}\njob \"b\" {\n  command = \"ponder\"\n}\njob \"c\" {\n  command = \"succeed\"\n}\n")
	ctx, cancel := context.WithCancelCause(t.Context())
	var out, errs strings.Builder
	code := make(chan int, 1)
	go func() {
		code <- w.app(&out, &errs).run(ctx, w.args([]string{"jobs", "submit", "-f", file, "--scheduler", "filed"}))
	}()
	<-w.pool.pondering
	cancel(&interruption{2})
	c := <-code
	said := strings.ReplaceAll(errs.String(), file, "FILE")
	if c != 130 || !strings.Contains(said, "2 of 3 were submitted: a ") || !strings.Contains(said, "c was not; submit the rest with: oceanid jobs submit -f FILE --scheduler filed c (") {
		t.Errorf("exit code %d\n%s%s", c, out.String(), said)
	}
}
