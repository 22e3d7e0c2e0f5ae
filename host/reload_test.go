package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// extra makes and saves a scheduler of the driver "extra".
func extra(t *testing.T, h *host.Host, name, hostname string) *host.Scheduler {
	t.Helper()
	s, err := h.CreateScheduler(name, hostname, "extra", host.Config{"password": "opensesame"})
	if err == nil {
		err = s.Save(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// version is that of the driver that answers for a scheduler.
func version(t *testing.T, s *host.Scheduler) (v string) {
	t.Helper()
	if err := s.Test(t.Context(), func(c scheduler.Check) { v = c.Text }); err != nil {
		t.Fatal(err)
	}
	return v
}

// A driver comes to a host that was never rebuilt, is upgraded under load, survives a broken successor, and goes.
func TestADriversWholeLife(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config, program := filepath.Join(dir, "config.hcl"), filepath.Join(dir, "oceanid-extra")
	h := open(t, dir, host.Options{})
	if _, err := h.CreateScheduler("s", "h", "extra", nil); err != nil {
		t.Fatal(err)
	}

	install(t, program, "1.0.0")
	write(t, config, fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\n", program))
	if diff := cmp.Diff(host.Changes{Added: []string{"extra"}}, reload(t, h)); diff != "" {
		t.Fatal(diff)
	}
	s := extra(t, h, "s", "pool.example.org")
	first := submit(t, s, scheduler.Job{})
	if !strings.HasPrefix(string(first.PoolID), "1.0.0/") {
		t.Errorf("the job is %s", first.PoolID)
	}

	// Upgrade: nobody who calls meanwhile notices.
	install(t, program, "2.0.0")
	var over atomic.Bool
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for !over.Load() {
				if err := s.Test(t.Context(), nil); err != nil {
					t.Errorf("a call failed: %v", err)
					return
				}
			}
		})
	}
	changes := reload(t, h)
	over.Store(true)
	callers.Wait()
	if diff := cmp.Diff(host.Changes{Upgraded: []string{"extra"}}, changes); diff != "" {
		t.Fatal(diff)
	}
	if d := driver(t, h, "extra"); version(t, s) != "2.0.0" || d.Version != "2.0.0" || d.Generation != 2 || d.State != "ready" || d.Kept != "" || d.Restarts != 0 {
		t.Errorf("after the upgrade: %+v", d)
	}
	second := submit(t, s, scheduler.Job{})

	// A successor that does not start is no successor.
	install(t, program, "")
	changes = reload(t, h)
	if len(changes.Kept) != 1 || changes.Kept[0].What != `driver "extra"` || !strings.Contains(changes.Kept[0].Reason, "there is no licence") || len(changes.Upgraded) != 0 {
		t.Errorf("a broken driver was %+v", changes)
	}
	if d := driver(t, h, "extra"); version(t, s) != "2.0.0" || d.Version != "2.0.0" || d.State != "ready" || !strings.Contains(d.Kept, "there is no licence") {
		t.Errorf("after the broken one: %+v", d)
	}
	// Nothing has changed since: the same again, and corrected it is over.
	if again := reload(t, h); len(again.Kept) != 1 {
		t.Errorf("reloaded again: %+v", again)
	}
	install(t, program, "2.0.1")
	if diff := cmp.Diff(host.Changes{Upgraded: []string{"extra"}}, reload(t, h)); diff != "" || driver(t, h, "extra").Kept != "" {
		t.Errorf("corrected, but %s, %+v", diff, driver(t, h, "extra"))
	}

	// Jobs of every version end.
	for _, j := range []*host.Job{first, second} {
		if err := os.Remove(filepath.Join(scratch(t, dir, j), j.ID)); err != nil {
			t.Error(err)
		}
		reach(t, j, scheduler.Succeeded)
	}

	write(t, config, "")
	if diff := cmp.Diff(host.Changes{Removed: []string{"extra"}}, reload(t, h)); diff != "" {
		t.Error(diff)
	}
	if err := s.Test(t.Context(), nil); !errors.Is(err, fault.NotFound) {
		t.Errorf("its driver is gone, but: %v", err)
	}
}

// Who follows a pool's events is moved from one form of the driver to the next by the cursor: nothing is missed, and nothing told twice.
func TestEventsGoOnThroughUpgrades(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "oceanid-extra")
	watches := envDriver + "_WATCHES=1"
	install(t, program, "1.0.0", watches)
	write(t, filepath.Join(dir, "config.hcl"), fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\n", program))
	h := open(t, dir, host.Options{})
	s := extra(t, h, "s", "pool.example.org")
	var jobs []*host.Job
	for n := range 3 {
		jobs = append(jobs, submit(t, s, scheduler.Job{}))
		f, err := os.OpenFile(filepath.Join(scratch(t, dir, jobs[0]), "ended"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(f, jobs[n].ID)
		f.Close()
		install(t, program, fmt.Sprintf("2.0.%d", n), watches)
		if c := reload(t, h); len(c.Upgraded) != 1 {
			t.Fatalf("got %+v", c)
		}
	}
	for _, j := range jobs {
		reach(t, j, scheduler.Succeeded)
	}
	ends := map[string]int{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	for e, err := range h.Events(ctx, host.FromStart) {
		if err != nil {
			t.Fatal(err)
		}
		if e.State.Terminal() {
			ends[e.Job]++
			seen++
		}
		if seen == len(jobs) {
			break
		}
	}
	for _, j := range jobs {
		if ends[j.ID] != 1 {
			t.Errorf("job %s ended %d times", j.ID, ends[j.ID])
		}
	}
	if d := driver(t, h, "extra"); d.Generation != 4 || d.Crash != "" || d.Restarts != 0 {
		t.Errorf("after three upgrades: %+v", d)
	}
}

// scratch is the folder of a job's scheduler.
func scratch(t *testing.T, dir string, j *host.Job) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "oceanid.data", "schedulers", "*", j.ID))
	if err != nil || len(found) != 1 {
		t.Fatalf("the file of job %s: %v, %v", j.ID, found, err)
	}
	return filepath.Dir(found[0])
}

// A new form that refuses what is configured does not take over, and says which scheduler and which option, and no secret.
func TestAnUpgradeThatWouldLeaveASchedulerBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "oceanid-extra")
	install(t, program, "1.0.0")
	block := fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\n", program)
	filed := "scheduler \"extra\" \"filed\" {\n  host = \"%s\"\n  password = \"opensesame\"\n}\n"
	write(t, filepath.Join(dir, "config.hcl"), block+fmt.Sprintf(filed, "old.example.org"))
	h := open(t, dir, host.Options{})
	made := extra(t, h, "made", "old.example.org")
	extra(t, h, "other", "new.example.org")

	install(t, program, "2.0.0", envDriver+"_REFUSES=old.example.org")
	// The file's own is corrected with the same reload; the one that was made is not.
	write(t, filepath.Join(dir, "config.hcl"), block+fmt.Sprintf(filed, "new.example.org"))
	c := reload(t, h)
	if len(c.Kept) != 1 || !strings.Contains(c.Kept[0].Reason, `scheduler "made": host`) || strings.Contains(c.Kept[0].Reason, "filed") {
		t.Errorf("got %+v", c)
	}
	if text := fmt.Sprint(c, h.Drivers()); strings.Contains(text, "opensesame") {
		t.Errorf("a secret is told: %s", text)
	}
	if diff := cmp.Diff([]string{"filed"}, c.SchedulersChanged); diff != "" {
		t.Error(diff)
	}
	if got := version(t, made); got != "1.0.0" {
		t.Errorf("version %s took over", got)
	}
	made.Set(host.Config{"host": "new.example.org"})
	if err := made.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := reload(t, h); len(c.Upgraded) != 1 || len(c.Kept) != 0 || version(t, made) != "2.0.0" {
		t.Errorf("corrected, but %+v", c)
	}
}

// Nor does a new form that fails at what is configured, and whatever it says then is told without the secrets that it was given.
func TestAnUpgradeThatFailsAtAScheduler(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "oceanid-extra")
	install(t, program, "1.0.0")
	block := fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\n", program)
	write(t, filepath.Join(dir, "config.hcl"), block+"scheduler \"extra\" \"filed\" {\n  host = \"filed.example.org\"\n  password = \"opensesame\"\n}\n")
	h := open(t, dir, host.Options{})
	extra(t, h, "made", "made.example.org")
	for _, name := range []string{"made", "filed"} {
		install(t, program, "2.0.0", envDriver+"_FAILS="+name+".example.org")
		c := reload(t, h)
		if len(c.Kept) != 1 || !strings.Contains(c.Kept[0].Reason, name) || !strings.Contains(c.Kept[0].Reason, "cannot cope") {
			t.Errorf("got %+v", c)
		}
		if text := fmt.Sprint(c, h.Drivers()); strings.Contains(text, "opensesame") {
			t.Errorf("a secret is told: %s", text)
		}
	}
}

func TestReloadOfSchedulers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.hcl")
	block := func(name, host string) string {
		return fmt.Sprintf("scheduler \"memory\" %q {\n  host = %q\n  password = \"opensesame\"\n}\n", name, host)
	}
	write(t, path, block("a", "one")+block("b", "one"))
	h := open(t, dir, drivers(newPool().plugin("memory")))
	if diff := cmp.Diff(host.Changes{}, reload(t, h)); diff != "" {
		t.Errorf("nothing has changed, but %s", diff)
	}
	write(t, path, "store {\n  path = \"elsewhere\"\n}\n"+block("c", "one")+block("a", "two"))
	want := host.Changes{SchedulersAdded: []string{"c"}, SchedulersChanged: []string{"a"}, Kept: []host.Kept{
		{What: `scheduler "b"`, Reason: "is no longer in the file; it stays, with its jobs, until it is deleted (oceanid schedulers delete)"},
		{What: "store", Reason: "a running host stays with its store: what the file says about it now needs a new start"},
	}}
	if diff := cmp.Diff(want, reload(t, h)); diff != "" {
		t.Error(diff)
	}
	a, err := h.GetScheduler(t.Context(), "a")
	if err != nil || a.Config()["host"] != "two" {
		t.Errorf("a is %v, %v", a, err)
	}
	b, err := h.GetScheduler(t.Context(), "b")
	if err == nil {
		err = b.Delete(t.Context())
	}
	if err != nil {
		t.Errorf("out of the file, but: %v", err)
	}
	if err := a.Delete(t.Context()); !errors.Is(err, fault.Denied) {
		t.Errorf("in the file, but deleted: %v", err)
	}
}

// A file with a mistake changes nothing, whatever else it says.
func TestReloadOfMistakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, program := filepath.Join(dir, "config.hcl"), filepath.Join(dir, "oceanid-extra")
	install(t, program, "1.0.0")
	const good = "scheduler \"memory\" \"a\" {\n  host = \"one\"\n}\n"
	write(t, path, good)
	h := open(t, dir, drivers(newPool().plugin("memory")))
	saved(t, h, "made")
	for name, c := range map[string]struct{ text, want string }{
		"syntax":             {"scheduler \"memory\" \"a\" {\n", "config.hcl:1,"},
		"grammar":            {"drivre \"x\" {\n}\n", "config.hcl:1,"},
		"an option":          {"scheduler \"memory\" \"a\" {\n  hots = \"x\"\n}\n", "config.hcl:2,3-7"},
		"a driver's own":     {"scheduler \"memory\" \"a\" {\n  host = \"nowhere\"\n}\n", "config.hcl:2,10-19: no such host"},
		"no driver":          {"scheduler \"memorie\" \"a\" {\n}\n", "memory"},
		"a name that is had": {good + "scheduler \"memory\" \"made\" {\n  host = \"one\"\n}\n", "made by hand"},
		"another type":       {"scheduler \"extra\" \"a\" {\n  host = \"one\"\n}\n", "was of type memory"},
	} {
		write(t, path, fmt.Sprintf("%s\nscheduler \"memory\" \"new\" {\n  host = \"one\"\n}\ndriver \"extra\" {\n  path = %q\n}\n", c.text, program))
		changes, err := h.Reload(t.Context())
		if !errors.Is(err, fault.Invalid) || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		if diff := cmp.Diff(host.Changes{}, changes); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if _, err := h.GetScheduler(t.Context(), "new"); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: a scheduler was added: %v", name, err)
		}
		if all := h.Drivers(); len(all) != 1 {
			t.Errorf("%s: a driver was added: %+v", name, all)
		}
	}
	write(t, path, good)
	if diff := cmp.Diff(host.Changes{}, reload(t, h)); diff != "" {
		t.Errorf("put right, but %s", diff)
	}
}

// Whoever uses a host while it reloads sees the old or the new.
func TestReloadBesideEverythingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.hcl")
	text := func(host string) string {
		return fmt.Sprintf("driver \"memory\" {\n  limits {\n    calls = %d\n  }\n}\nscheduler \"memory\" \"a\" {\n  host = %q\n}\n", len(host), host)
	}
	write(t, path, text("one"))
	h := open(t, dir, drivers(newPool().plugin("memory")))
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 5 {
				if _, err := h.Reload(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for n := range 10 {
				s, err := h.CreateScheduler(fmt.Sprint("made ", i, n), "h", "memory", nil)
				if err == nil {
					err = s.Save(t.Context())
				}
				if err == nil {
					_, err = s.Submit(t.Context(), scheduler.Job{Command: "x"})
				}
				if err != nil || len(h.Drivers()) != 1 {
					t.Errorf("%v, %+v", err, h.Drivers())
				}
			}
		})
	}
	for i := range 5 {
		write(t, path+".new", text(strings.Repeat("x", i+1)))
		if err := os.Rename(path+".new", path); err != nil {
			t.Error(err)
		}
		if s, err := h.GetScheduler(t.Context(), "a"); err != nil || !errors.Is(s.Delete(t.Context()), fault.Denied) {
			t.Errorf("%v: the file's scheduler is not the file's for a moment", err)
		}
	}
	all.Wait()
}
