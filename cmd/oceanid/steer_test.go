package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func (d *driver) Hold(_ context.Context, jobs []scheduler.Ref) error {
	return d.steer(jobs, scheduler.Held, "held on request")
}

func (d *driver) Release(_ context.Context, jobs []scheduler.Ref) error {
	return d.steer(jobs, scheduler.Queued, "")
}

func (d *driver) Suspend(_ context.Context, jobs []scheduler.Ref) error {
	return d.steer(jobs, scheduler.Suspended, "")
}

func (d *driver) Resume(_ context.Context, jobs []scheduler.Ref) error {
	return d.steer(jobs, scheduler.Running, "")
}

func (d *driver) steer(jobs []scheduler.Ref, s scheduler.State, reason string) error {
	for _, ref := range jobs {
		d.tell(ref.Token, scheduler.Status{Count: ref.Tasks, State: s, Reason: reason})
	}
	return nil
}

func (d *driver) Remove(_ context.Context, jobs []scheduler.Ref) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, ref := range jobs {
		delete(d.jobs, ref.Token)
	}
	return nil
}

func (d *driver) Explain(_ context.Context, _ scheduler.Ref, task int) (scheduler.Explanation, error) {
	return scheduler.Explanation{
		Summary: "It waits for a machine with 2 GiB of memory.", Points: []string{"none of 3 machines has so much", "2 jobs are before \x1b[31mit"}, Advice: "Ask for less memory.",
	}, nil
}

func (d *driver) Inspect(context.Context) (scheduler.Pool, error) {
	node := scheduler.PoolNode{Name: "node1", State: "Claimed", Version: "9.8", Capacity: scheduler.Capacity{CPUs: 8, CPUsUsed: 2.5, Memory: 16 << 30, MemoryUsed: 1 << 30, GPUs: 2, GPUsUsed: 1}}
	return scheduler.Pool{
		Name: "the pool", Software: "Memory", Version: "9.8", Sum: node.Capacity, Count: 2, Nodes: []scheduler.PoolNode{node},
		Jobs: map[scheduler.State]int{scheduler.Running: 3, scheduler.Queued: 40}, Time: epoch(),
	}, nil
}

func (d *driver) CheckOptions(map[string]any) error { return nil }

var _ interface {
	scheduler.Holder
	scheduler.Suspender
	scheduler.Remover
	scheduler.Explainer
	scheduler.Inspector
	scheduler.OptionTaker
} = (*driver)(nil)

func TestVerbs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.must("jobs", "submit", "filed", "--", "run")
	stands := func(want scheduler.State) {
		t.Helper()
		var j host.Job
		if err := json.Unmarshal([]byte(w.must("jobs", "show", id, "-o", "json")), &j); err != nil || j.State != want {
			t.Errorf("the job is %s, not %s; %v", j.State, want, err)
		}
	}
	for _, c := range []struct {
		verb, says string
		state      scheduler.State
	}{
		{"hold", "holding", scheduler.Held}, {"release", "releasing", scheduler.Queued}, {"suspend", "", scheduler.Queued},
		{"resume", "resuming", scheduler.Running}, {"suspend", "suspending", scheduler.Suspended}, {"resume", "resuming", scheduler.Running},
	} {
		if c.says == "" {
			r := w.run("jobs", c.verb, id)
			if r.code != exitConflict || r.out != "" || !strings.Contains(r.err, "is queued, and only what runs can be suspended; oceanid jobs hold "+id) {
				t.Errorf("%s: exit code %d, %q, %q", c.verb, r.code, r.out, r.err)
			}
			stands(c.state)
			continue
		}
		if r := w.run("jobs", c.verb, id, "nope"); r.code != exitNotFound || r.out != c.says+" "+id+"\n" {
			t.Errorf("%s: exit code %d, %q, %q", c.verb, r.code, r.out, r.err)
		}
		stands(c.state)
	}
	if r := w.run("jobs", "delete", id); r.code != exitConflict || !strings.Contains(r.err, "has not ended") {
		t.Errorf("exit code %d, %q", r.code, r.err)
	}
	w.must("jobs", "cancel", id)
	w.run("jobs", "watch", id)
	if r := w.run("jobs", "hold", id); r.code != exitConflict {
		t.Errorf("exit code %d, %q", r.code, r.err)
	}
	if out := w.must("jobs", "delete", id, "-o", "json"); out != "{\n  \"deleted\": [\n    \""+id+"\"\n  ]\n}" {
		t.Error(out)
	}
	if r := w.run("jobs", "show", id); r.code != exitNotFound {
		t.Errorf("exit code %d, %q", r.code, r.err)
	}
}

func TestSteeringShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.must("jobs", "submit", "filed", "--key", "k", "--group", "hydro", "--option", "rank=Memory", "--option", "priority=5", "--option", `lists=["a b"]`,
		"--retry", "2", "--queue-wait", "1d", "--", "run")
	for name, args := range map[string][]string{
		"jobs-show-wishes":   {"jobs", "show", id},
		"jobs-explain":       {"jobs", "explain", id},
		"jobs-list-filter":   {"jobs", "list", "--filter", "group=hydro", "state=running,held"},
		"schedulers-inspect": {"schedulers", "inspect", "filed"},
		"dead-letters-none":  {"dead-letters", "list", "results"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.of(t)
			w.golden(name, w.run(args...))
			w.golden(name+"-json", w.run(append(args, "-o", "json")...))
		})
	}
	want := map[string]any{"rank": "Memory", "priority": 5.0, "lists": []any{"a b"}}
	if diff := cmp.Diff(want, w.pool.submitted(t, "run").Options); diff != "" {
		t.Error(diff)
	}
	if again := w.must("jobs", "submit", "filed", "--key", "k", "--group", "hydro", "--option", "rank=Memory", "--option", "priority=5", "--option", `lists=["a b"]`, "--retry", "2",
		"--queue-wait", "24h", "--", "run"); again != id {
		t.Errorf("the key gives %s, then %s", id, again)
	}
	if r := w.run("jobs", "submit", "filed", "--key", "k", "--", "other"); r.code != exitConflict {
		t.Errorf("exit code %d, %q", r.code, r.err)
	}
}

func TestResubmit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	array := w.must("jobs", "submit", "filed", "--array", "12", "--", "mixed")
	// What has succeeded by then is known.
	w.must("jobs", "show", array)
	w.must("jobs", "cancel", array)
	w.run("jobs", "watch", array)
	r := w.run("jobs", "resubmit", array, "--failed", "--memory", "8GiB", "-o", "json")
	var again host.Job
	if err := json.Unmarshal([]byte(r.out), &again); err != nil || r.code != exitOK {
		t.Fatalf("exit code %d, %v, %s", r.code, err, r.err)
	}
	if diff := cmp.Diff([]int{9, 10, 11}, again.Spec.Array.Indices); diff != "" || again.Of != array || again.Spec.Resources.Memory != 8<<30 {
		t.Errorf("%s%+v", diff, again)
	}
	if out := w.must("jobs", "show", array); !strings.Contains(out, "Run again as  "+again.ID) {
		t.Error(out)
	}
	one := w.must("jobs", "submit", "filed", "--wait", "--", "succeed")
	if r := w.run("jobs", "resubmit", one, "--failed"); r.code != exitConflict {
		t.Errorf("exit code %d, %q", r.code, r.err)
	}
}

func TestSubmitFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.write("jobs.hcl", `job "one" {
  scheduler = "filed"
  command   = "succeed"
}

job "two" {
  command = "fail"
}

job "three" {
  scheduler = "field"
  command   = "succeed"
}

job "four" {
  scheduler = "filed"
  command   = "forbidden"
  user      = "eve"
}

job "five and six" {
  scheduler = "filed"
  command   = "succeed"
  key       = "five"
}
`)
	for name, c := range map[string]struct {
		args []string
		code int
	}{
		"submit-file-one":       {[]string{"one"}, exitOK},
		"submit-file-wait":      {[]string{"--wait", "--scheduler", "filed", "one", "two"}, exitJobFailed},
		"submit-file-nowhere":   {[]string{}, exitInvalid},
		"submit-file-refused":   {[]string{"four", "three", "one"}, exitNotFound},
		"submit-file-part":      {[]string{"one", "four", "five and six"}, exitHalfway},
		"submit-file-first":     {[]string{"four", "five and six"}, exitDenied},
		"submit-file-unknown":   {[]string{"on"}, exitNotFound},
		"submit-file-beside":    {[]string{"one", "--cpus", "2"}, exitInvalid},
		"submit-file-command":   {[]string{"one", "--", "two"}, exitInvalid},
		"submit-file-no-wanted": {[]string{"one", "-f", w.dir + "/config.hcl"}, exitNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.of(t)
			r := w.run(append([]string{"jobs", "submit", "-f", file}, c.args...)...)
			if r.code != c.code {
				t.Errorf("exit code %d, want %d", r.code, c.code)
			}
			if name == "submit-file-wait" {
				// How often a job was seen on its way is for chance to decide.
				if strings.Count(r.out, "\n") != 2 || !strings.Contains(r.err, "watching two") || !strings.Contains(r.err, "has failed: exit code 3") {
					t.Errorf("%q, %q", r.out, r.err)
				}
				return
			}
			w.golden(name, r)
		})
	}
}

func TestOneDash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		args []string
		hint bool
	}{
		{[]string{"drivers", "conform", "memory", "-config", "c.hcl"}, true},
		{[]string{"jobs", "list", "-user", "ada"}, true},
		{[]string{"jobs", "list", "-x"}, false},
		{[]string{"jobs", "submit", "nowhere", "--", "-config"}, false},
	} {
		if r := w.run(c.args...); r.code == exitOK || strings.Contains(r.err, "has one dash") != c.hint {
			t.Errorf("%q: exit code %d, %q", c.args, r.code, r.err)
		}
	}
}
