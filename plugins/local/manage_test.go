package main

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Remove deletes what has ended, follows no link, and leaves the rest.
func TestRemove(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	precious := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(precious, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	done := p.submit(shell(`ln -s "$1" link; ln -s "$(dirname "$1")" folder`, precious))
	p.wait(done)
	open := p.submit(shell("sleep 1000"))
	never := scheduler.Ref{Token: newToken(), Tasks: 1}
	for range 2 {
		if err := p.Remove(t.Context(), []scheduler.Ref{done}); err != nil {
			t.Errorf("what has ended is not removed: %v", err)
		}
		if err := p.Remove(t.Context(), []scheduler.Ref{done, open, never}); !errors.Is(err, fault.Conflict) {
			t.Errorf("what runs is removed: %v", err)
		}
	}
	if there, _ := exists(p.folder.job(done.Token)); there {
		t.Error("the job's folder is there")
	}
	if text, err := os.ReadFile(precious); err != nil || string(text) != "x" {
		t.Errorf("what it linked to is gone: %v", err)
	}
	if s := p.query(open)[0]; s.State == scheduler.Lost {
		t.Errorf("%+v", s)
	}
	if s := p.query(done)[0]; s.State != scheduler.Lost || s.Reason != "the job has ended and was removed" {
		t.Errorf("%+v", s)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	job := array(shell("exit 0", "a\nb"), 2)
	job.Token, job.Name, job.User, job.Env = "find-"+newToken()[:8], "näme", "ada", map[string]string{"A": "1\n"}
	job.Labels, job.Outputs, job.Array.Args, job.Array.Indices = map[string]string{"p": "x"}, []string{"out"}, [][]string{{"x"}, {"y"}}, []int{4, 2}
	ref := p.submit(job)
	p.submit(shell("exit 0"))
	find := func(prefix string, since time.Time) (all []scheduler.Found) {
		t.Helper()
		err := p.Find(t.Context(), prefix, since, func(f scheduler.Found) error {
			all = append(all, f)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := find("find-", time.Now().Add(-time.Hour))
	if len(all) != 1 || all[0].Ref != ref || !reflect.DeepEqual(all[0].Job, job) || time.Since(all[0].Submitted) > time.Minute {
		t.Errorf("%+v\nis found as\n%+v", job, all)
	}
	if all := find("", time.Time{}); len(all) != 2 {
		t.Errorf("%d are found", len(all))
	}
	if all := find("find-", time.Now().Add(time.Hour)); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	p.wait(ref)
	eventually(t, "it to be removed", func() bool { return p.Remove(t.Context(), []scheduler.Ref{ref}) == nil })
	if all := find("find-", time.Time{}); len(all) != 0 {
		t.Errorf("what was removed is found: %+v", all)
	}
}

// Some tasks of an array that are run once more find themselves who they were.
func TestIndices(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	job := array(shell(`echo "$OCEANID_TASK_INDEX of $OCEANID_TASK_COUNT"`), 2)
	job.Array.Indices = []int{7, 3}
	ref := p.submit(job)
	p.wait(ref)
	if a, b := p.output(ref, 0), p.output(ref, 1); a != "7 of 2\n" || b != "3 of 2\n" {
		t.Errorf("%q, %q", a, b)
	}
}

func TestCauses(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	limited := shell("sleep 1000")
	limited.Resources.RunTime = 100 * time.Millisecond
	for want, job := range map[scheduler.Cause]scheduler.Job{
		scheduler.CauseRunTime: limited, scheduler.CauseStart: {Token: newToken(), Command: "no-such-command"}, "": shell("exit 3"),
	} {
		if s := p.run(job); s.State != scheduler.Failed || s.Cause != want {
			t.Errorf("%+v, not by %q", s, want)
		}
	}
}
