package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/launch/launchtest"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// release puts this test binary, as a driver of that name and version, in the place of what is at path, the way a package manager does.
func release(t *testing.T, path, name, version string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	replace(t, path, fmt.Sprintf("#!/bin/sh\nGORACE=atexit_sleep_ms=0 %s=good %s=%s %s=%s exec %s\n",
		launchtest.EnvMode, launchtest.EnvName, name, launchtest.EnvVersion, version, self))
}

func replace(t *testing.T, path, script string) {
	t.Helper()
	// A process that another test starts meanwhile would hold the file open for writing, and so let nobody execute it.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	beside := filepath.Join(filepath.Dir(path), ".new")
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(beside, []byte(script), 0o755), os.Rename(beside, path)); err != nil {
		t.Fatal(err)
	}
}

func reload(t *testing.T, c *catalog.Catalog, o catalog.Options) catalog.Changes {
	t.Helper()
	changes, err := c.Reload(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func wantChanges(t *testing.T, got catalog.Changes, want ...string) {
	t.Helper()
	var all []string
	for verb, names := range map[string][]string{
		"added": got.Added, "upgraded": got.Upgraded, "removed": got.Removed,
		"kept": slices.Sorted(maps.Keys(got.Kept)), "refused": slices.Sorted(maps.Keys(got.Refused)),
	} {
		for _, name := range names {
			all = append(all, verb+" "+name)
		}
	}
	slices.Sort(all)
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("-want +got\n%s%v%v", diff, got.Kept, got.Refused)
	}
}

// use makes a call and gives the process that answered.
func use(t *testing.T, d *catalog.Driver) (pid int) {
	t.Helper()
	lease, err := d.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lease.Release()
	if _, err := launchtest.Command(t.Context(), lease.Conn(), ""); err != nil {
		t.Error(err)
	}
	return d.Status().PID
}

func candidate(t *testing.T, c *catalog.Catalog, name string) catalog.Candidate {
	t.Helper()
	for _, k := range c.Candidates() {
		if k.Name == name {
			return k
		}
	}
	t.Fatalf("no candidate %q", name)
	return catalog.Candidate{}
}

func TestReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"same", "asleep", "newer", "moved", "gone", "env"} {
		release(t, dir+"/drivers/oceanid-"+name, name, "1.0.0")
	}
	release(t, dir+"/elsewhere/2/oceanid-moved", "moved", "2.0.0")
	o := catalog.Options{Dirs: []string{dir + "/drivers"}, Builtins: []catalog.Builtin{{Name: "test", Server: builtin}}}
	c := open(t, o)
	handles, pids := map[string]*catalog.Driver{}, map[string]int{}
	for _, name := range []string{"same", "newer", "moved", "gone", "env", "test"} {
		handles[name] = driver(t, c, name)
		pids[name] = use(t, handles[name])
	}
	wantChanges(t, reload(t, c, o))

	release(t, dir+"/drivers/oceanid-newer", "newer", "1.1.0")
	release(t, dir+"/drivers/oceanid-added", "added", "1.0.0")
	if err := os.Remove(dir + "/drivers/oceanid-gone"); err != nil {
		t.Fatal(err)
	}
	o.Blocks = []catalog.Block{
		{Name: "moved", Path: dir + "/elsewhere/2/oceanid-moved"},
		{Name: "env", Env: map[string]string{"GREETING": "hello"}},
		{Name: "absent"},
	}
	changes := reload(t, c, o)
	wantChanges(t, changes, "added added", "refused absent", "removed gone", "upgraded env", "upgraded moved", "upgraded newer")
	if err := changes.Refused["absent"]; fault.Of(err) != fault.Invalid {
		t.Error(err)
	}

	for _, name := range []string{"same", "test"} {
		if pid := use(t, handles[name]); pid != pids[name] || handles[name].Status().Generation != 1 {
			t.Errorf("%s was touched: %+v", name, handles[name].Status())
		}
	}
	for name, version := range map[string]string{"newer": "1.1.0", "moved": "2.0.0", "env": "1.0.0"} {
		status := handles[name].Status()
		if status.State != supervise.Ready || status.PID == pids[name] || status.Generation != 2 {
			t.Errorf("%s: %+v", name, status)
		}
		said, err := handles[name].Describe(t.Context())
		if k := candidate(t, c, name); err != nil || said.GetVersion() != version || k.Version != version || k.PID != status.PID || k.Kept != "" {
			t.Errorf("%s: %v, %v, %+v", name, err, said, k)
		}
	}
	lease, err := handles["env"].Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lease.Release()
	if env, err := launchtest.Command(t.Context(), lease.Conn(), "env"); err != nil || !strings.Contains(env, "GREETING=hello") {
		t.Errorf("%v in %s", err, env)
	}
	use(t, driver(t, c, "added"))
	if s := candidate(t, c, "asleep").State; s != supervise.Stopped {
		t.Errorf("asleep is %s", s)
	}

	_, err = handles["gone"].Acquire(t.Context())
	_, described := handles["gone"].Describe(t.Context())
	if fault.Of(err) != fault.NotFound || fault.Of(described) != fault.NotFound || handles["gone"].Status().State != catalog.Refused {
		t.Errorf("%v, %v, %+v", err, described, handles["gone"].Status())
	}
	release(t, dir+"/drivers/oceanid-gone", "gone", "1.0.1")
	wantChanges(t, reload(t, c, o), "added gone", "refused absent")
	use(t, handles["gone"])
}

// What is refused, or does not start, leaves the one before it as it was.
func TestReloadKeepsWhatRuns(t *testing.T) {
	t.Parallel()
	path := func(dir string) string { return dir + "/oceanid-x" }
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string, o *catalog.Options)
		why    string
	}{
		"not executable":   {func(t *testing.T, dir string, _ *catalog.Options) { chmod(t, path(dir), 0o644) }, "is not executable"},
		"does not start":   {func(t *testing.T, dir string, _ *catalog.Options) { replace(t, path(dir), "#!/bin/sh\nexit 3\n") }, "exited with status 3"},
		"another driver":   {func(t *testing.T, dir string, _ *catalog.Options) { release(t, path(dir), "y", "1.0.0") }, `it calls itself "y"`},
		"unwanted version": {func(_ *testing.T, _ string, o *catalog.Options) { o.Blocks[0].Version = ">= 2" }, `it is version 1.0.0`},
		"another pin": {func(_ *testing.T, _ string, o *catalog.Options) {
			o.Blocks[0].Checksum = "sha256:" + strings.Repeat("0", 64)
		}, "is not the file that the configuration pins"},
		"bad environment": {func(_ *testing.T, _ string, o *catalog.Options) {
			o.Blocks[0].Env = map[string]string{launchtest.EnvMode: "y", "PLUGIN_X": "y"}
		}, "belongs to the handshake"},
		"no file": {func(t *testing.T, dir string, _ *catalog.Options) {
			if err := os.Remove(path(dir)); err != nil {
				t.Fatal(err)
			}
		}, "no file oceanid-x"},
		"not proven": {func(t *testing.T, dir string, _ *catalog.Options) { release(t, path(dir), "x", "1.0.66") }, "it cannot do what it could"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			release(t, path(dir), "x", "1.0.0")
			o := catalog.Options{Dirs: []string{dir}, Blocks: []catalog.Block{{Name: "x"}}}
			o.Prove = func(ctx context.Context, name string, said *pluginv1.DescribeResponse, p supervise.Process) error {
				if _, err := launchtest.Command(ctx, p.Conn(), ""); err != nil {
					return err
				}
				if name != "x" || said.GetVersion() == "1.0.66" {
					return fault.Invalid.New("driver %q: it cannot do what it could", name)
				}
				return nil
			}
			all := open(t, o)
			d := driver(t, all, "x")
			pid := use(t, d)
			before := candidate(t, all, "x")

			other := o
			other.Blocks = slices.Clone(o.Blocks)
			c.change(t, dir, &other)
			for range 2 {
				changes := reload(t, all, other)
				wantChanges(t, changes, "kept x")
				if err := changes.Kept["x"]; err == nil || !strings.Contains(err.Error(), c.why) {
					t.Errorf("kept: %v", err)
				}
				if now := use(t, driver(t, all, "x")); now != pid || use(t, d) != pid || d.Status().Generation != 1 {
					t.Errorf("process %d, was %d", now, pid)
				}
				k := candidate(t, all, "x")
				if !strings.Contains(k.Kept, c.why) || strings.HasPrefix(k.Kept, path(dir)+":") || k.State != supervise.Ready || k.Version != "1.0.0" || k.Checksum != before.Checksum {
					t.Errorf("%+v", k)
				}
			}
			release(t, path(dir), "x", "1.0.1")
			wantChanges(t, reload(t, all, o), "upgraded x")
			if k := candidate(t, all, "x"); k.Kept != "" || k.Version != "1.0.1" || k.Generation != 2 {
				t.Errorf("%+v", k)
			}
		})
	}
}

// When the configuration is as it was again, nothing is refused any more and nothing has to be replaced.
func TestReloadTakenBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release(t, dir+"/oceanid-x", "x", "1.0.0")
	o := catalog.Options{Dirs: []string{dir}}
	c := open(t, o)
	d := driver(t, c, "x")
	pid := use(t, d)
	other := o
	other.Blocks = []catalog.Block{{Name: "x", Version: ">= 2"}}
	wantChanges(t, reload(t, c, other), "kept x")
	wantChanges(t, reload(t, c, o))
	if k := candidate(t, c, "x"); k.Kept != "" || k.PID != pid {
		t.Errorf("%+v", k)
	}
}

func TestReloadOfWhatDoesNotRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release(t, dir+"/oceanid-failed", "failed", "1.0.0")
	release(t, dir+"/oceanid-mended", "mended", "1.0.0")
	release(t, dir+"/oceanid-stopped", "stopped", "1.0.0")
	replace(t, dir+"/oceanid-failed", "#!/bin/sh\necho no licence >&2; test -e "+dir+"/licence && exec "+dir+"/real; exit 3\n")
	release(t, dir+"/real", "failed", "1.0.0")
	replace(t, dir+"/oceanid-mended", "#!/bin/sh\nexit 4\n")
	o := catalog.Options{Dirs: []string{dir}, Blocks: []catalog.Block{
		{Name: "failed", Restart: catalog.Restart{Budget: -1}}, {Name: "mended", Restart: catalog.Restart{Budget: -1}},
	}}
	c := open(t, o)
	for _, name := range []string{"failed", "mended"} {
		if _, err := driver(t, c, name).Acquire(t.Context()); fault.Of(err) != fault.Unavailable || !errors.Is(err, fault.Crashed) {
			t.Errorf("%s: %v", name, err)
		}
		k := candidate(t, c, name)
		if k.State != supervise.Failed || k.LastCrash == nil || k.LastCrash.ExitStatus == 0 {
			t.Errorf("%+v", k)
		}
	}
	if log := candidate(t, c, "failed").LastCrash.Log; len(log) != 1 || !strings.Contains(log[0], "no licence") {
		t.Errorf("%q", log)
	}
	c.Candidates() // looks at the one that was never started

	replace(t, dir+"/licence", "")
	release(t, dir+"/oceanid-mended", "mended", "1.0.1")
	release(t, dir+"/oceanid-stopped", "stopped", "1.0.1")
	wantChanges(t, reload(t, c, o), "upgraded mended", "upgraded stopped")
	for _, name := range []string{"failed", "mended", "stopped"} {
		if s := driver(t, c, name).Status().State; s != supervise.Stopped {
			t.Errorf("%s is %s", name, s)
		}
		use(t, driver(t, c, name))
	}

	o.Blocks = append(o.Blocks, catalog.Block{Name: "new", Version: "nonsense"}, catalog.Block{Name: "later", Path: dir + "/later"})
	wantChanges(t, reload(t, c, o), "refused later", "refused new")
	release(t, dir+"/later", "later", "1.0.0")
	o.Blocks = o.Blocks[:2]
	o.Blocks = append(o.Blocks, catalog.Block{Name: "later", Path: dir + "/later"})
	wantChanges(t, reload(t, c, o), "removed new")
	use(t, driver(t, c, "later"))
}
