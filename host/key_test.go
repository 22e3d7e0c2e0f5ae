package host_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The same wish, from any process and however far its job is, is the job of the first time.
func TestSameKeySameJob(t *testing.T) {
	t.Parallel()
	_, s, p, _ := richHost(t)
	input := filepath.Join(t.TempDir(), "storm.csv")
	write(t, input, "rain")
	wish := func() scheduler.Job {
		return scheduler.Job{Command: "x", Key: "order-7", Inputs: []scheduler.Input{{Path: input}}}
	}
	first := submit(t, s, wish())
	if again := submit(t, s, wish()); again.ID != first.ID || again.State != scheduler.Queued || again.Key != "order-7" {
		t.Errorf("queued: %+v", again)
	}
	other := wish()
	other.Policy.QueueWait = 1e12 // what the host does by itself is no content
	if again := submit(t, s, other); again.ID != first.ID {
		t.Errorf("another policy made %s", again.ID)
	}
	p.move(scheduler.Status{Token: first.ID, State: scheduler.Failed, Reason: "exit code 1", Exit: &scheduler.Exit{Code: 1}})
	reach(t, first, scheduler.Failed)
	if again := submit(t, s, wish()); again.ID != first.ID || again.State != scheduler.Failed {
		t.Errorf("ended: %+v", again)
	}
	for name, change := range map[string]func(*scheduler.Job){
		"arguments": func(j *scheduler.Job) { j.Args = []string{"more"} },
		"input":     func(j *scheduler.Job) { j.Inputs = []scheduler.Input{{Name: "storm.csv", Data: []byte("sun")}} },
	} {
		spec := wish()
		change(&spec)
		if _, err := s.Submit(t.Context(), spec); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), first.ID) {
			t.Errorf("other %s: %v", name, err)
		}
	}
	if err := reach(t, first, scheduler.Failed).Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(t.Context(), wish()); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), first.ID) || !strings.Contains(err.Error(), "deleted") {
		t.Errorf("the key of a deleted job: %v", err)
	}
	if d := p.doubles(); d != nil {
		t.Errorf("submitted twice: %v", d)
	}
	if other := submit(t, s, scheduler.Job{Command: "x", Key: "order-8"}); other.ID == first.ID {
		t.Error("another key is the same job")
	}
}

// Many who ask at once for the same get one job.
func TestSameKeyAtOnce(t *testing.T) {
	t.Parallel()
	_, s, p, _ := richHost(t)
	ids := make([]string, 40)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			j, err := s.Submit(t.Context(), scheduler.Job{Command: "x", Key: "the one"})
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = j.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("two jobs: %s and %s", ids[0], id)
		}
	}
	if d := p.doubles(); d != nil || len(p.jobs) != 1 {
		t.Errorf("doubles %v, %d jobs at the pool", d, len(p.jobs))
	}
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	p, dir := newPool(), t.TempDir()
	config := filepath.Join(dir, "config.hcl")
	write(t, config, `
quota {
  user = "*"
  jobs = 2
}
quota {
  scheduler = "Default"
  tasks     = 10
}
quota {
  scheduler = "Elsewhere"
  jobs      = 1
}
`)
	h := open(t, dir, host.Options{Config: config, Drivers: drivers(p.plugin("memory")).Drivers})
	s := saved(t, h, "Default")
	first := submit(t, s, scheduler.Job{Command: "x", User: "ada"})
	submit(t, s, scheduler.Job{Command: "x", User: "ada"})
	_, err := s.Submit(t.Context(), scheduler.Job{Command: "x", User: "ada"})
	if !errors.Is(err, fault.Exhausted) || !strings.Contains(err.Error(), "user ada has 2 jobs") || !strings.Contains(err.Error(), "at most 2") || !strings.Contains(err.Error(), "wait until") {
		t.Errorf("the third job: %v", err)
	}
	submit(t, s, scheduler.Job{Command: "x", User: "bob"})
	if _, err := s.Submit(t.Context(), scheduler.Job{Command: "x", User: "bob", Array: &scheduler.Array{Count: 8}}); !errors.Is(err, fault.Exhausted) || !strings.Contains(err.Error(), "at most 10") {
		t.Errorf("the eleventh task: %v", err)
	}
	submit(t, s, scheduler.Job{Command: "x", User: "bob", Array: &scheduler.Array{Count: 7}})
	p.move(scheduler.Status{Token: first.ID, State: scheduler.Succeeded})
	reach(t, first, scheduler.Succeeded)
	submit(t, s, scheduler.Job{Command: "x", User: "ada"})
	// A job that is there already needs no room.
	elsewhere := saved(t, h, "Elsewhere")
	one := submit(t, elsewhere, scheduler.Job{Command: "x", Key: "k"})
	if again := submit(t, elsewhere, scheduler.Job{Command: "x", Key: "k"}); again.ID != one.ID {
		t.Errorf("%s beside %s", again.ID, one.ID)
	}
}

func TestNamesAndFolders(t *testing.T) {
	t.Parallel()
	_, s, p, _ := richHost(t)
	dir := t.TempDir()
	j := submit(t, s, scheduler.Job{Command: "x", Name: "run {id} of {basin} {}", Policy: scheduler.Policy{Results: filepath.Join(dir, "{id}")}})
	if want := "run " + j.ID + " of {basin} {}"; j.Name != want || p.jobs[j.ID].Name != want || j.Spec.Policy.Results != filepath.Join(dir, j.ID) {
		t.Errorf("%q, at the pool %q, results in %q", j.Name, p.jobs[j.ID].Name, j.Spec.Policy.Results)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 1 {
		t.Errorf("%v, %v", left, err)
	}
}
