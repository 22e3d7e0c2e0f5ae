package catalog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/launch/launchtest"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestMain(m *testing.M) {
	launchtest.Main()
	os.Exit(m.Run())
}

// install writes a script that runs this test binary as a driver that calls itself name, version 1.2.3, and gives the file that counts its starts.
func install(t *testing.T, path, name string) (starts string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	starts = filepath.Join(t.TempDir(), "starts")
	script := fmt.Sprintf("#!/bin/sh\nGORACE=atexit_sleep_ms=0 %s=good %s=%s %s=1.2.3 %s=%s exec %s\n",
		launchtest.EnvMode, launchtest.EnvName, name, launchtest.EnvVersion, launchtest.EnvStarts, starts, self)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return starts
}

func open(t *testing.T, o catalog.Options) *catalog.Catalog {
	t.Helper()
	o.StartTimeout = 20 * time.Second
	c := catalog.Open(o)
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

func driver(t *testing.T, c *catalog.Catalog, name string) *catalog.Driver {
	t.Helper()
	d, err := c.Driver(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func count(path string) int {
	data, _ := os.ReadFile(path)
	return len(data)
}

// builtin is a driver within this process; it calls itself "test".
func builtin() (*grpc.Server, error) {
	s := grpc.NewServer()
	pluginv1.RegisterPluginServer(s, new(launchtest.Plugin))
	return s, nil
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestEveryCandidateIsListed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, second, public := filepath.Join(dir, "first"), filepath.Join(dir, "second"), filepath.Join(dir, "public")
	for _, path := range []string{
		first + "/oceanid-good", first + "/oceanid-twice", second + "/oceanid-twice", first + "/oceanid-plain", first + "/oceanid-open",
		first + "/oceanid-Bad.Name", first + "/oceanid-", first + "/oceanid-named", first + "/oceanid-test", public + "/oceanid-public", first + "/other",
		dir + "/elsewhere", first + "/oceanid-pinned", first + "/oceanid-odd",
	} {
		install(t, path, "x")
	}
	chmod(t, first+"/oceanid-plain", 0o644)
	chmod(t, first+"/oceanid-open", 0o757)
	chmod(t, public, 0o757)
	if err := os.Mkdir(first+"/oceanid-folder", 0o755); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"/oceanid-broken": "none", "/oceanid-link": public + "/oceanid-public"} {
		if err := os.Symlink(to, first+link); err != nil {
			t.Fatal(err)
		}
	}
	c := open(t, catalog.Options{
		Dirs: []string{first, second, public, dir + "/none", first + "/other"},
		Blocks: []catalog.Block{
			{Name: "named", Path: dir + "/elsewhere"},
			{Name: "named", Path: dir + "/elsewhere"},
			{Name: "gone", Path: dir + "/gone"},
			{Name: "pinned", Checksum: "sha256:" + strings.Repeat("0", 64)},
			{Name: "odd", Version: ">> 2"},
			{Name: "absent"},
			{Name: "both", Checksum: "sha256:" + strings.Repeat("0", 64)},
		},
		Builtins: []catalog.Builtin{{Name: "test", Server: builtin}, {Name: "both", Server: builtin}},
	})
	var got []string
	for _, k := range c.Candidates() {
		path, _ := filepath.Rel(dir, k.Path)
		reason, _, _ := strings.Cut(strings.ReplaceAll(k.Reason, dir, "DIR"), ":")
		got = append(got, fmt.Sprintf("%s | %s | %s | %s | %s", k.Name, path, k.Source, k.State, reason))
	}
	want := []string{
		` | first/oceanid- | folder | refused | "" is no name for a driver`,
		` | first/other | folder | refused | the folder of drivers cannot be read`,
		`Bad.Name | first/oceanid-Bad.Name | folder | refused | "Bad.Name" is no name for a driver`,
		`absent |  | configuration | refused | no file oceanid-absent in DIR/first, DIR/second, DIR/public, DIR/none, DIR/first/other`,
		`both |  | built in | refused | is built into this program`,
		`broken | first/oceanid-broken | folder | refused | there is no such file`,
		`gone | gone | configuration | refused | there is no such file`,
		`good | first/oceanid-good | folder | stopped | `,
		`link | first/oceanid-link | folder | refused | everybody may write to DIR/public, and so choose what the host runs`,
		`named | elsewhere | configuration | stopped | `,
		`named | elsewhere | configuration | refused | the configuration has another block of that name`,
		`named | first/oceanid-named | folder | refused | DIR/elsewhere is used in its place`,
		`odd | first/oceanid-odd | folder | refused | version ">> 2" is no constraint`,
		`open | first/oceanid-open | folder | refused | everybody may write to DIR/first/oceanid-open, and so choose what the host runs`,
		`pinned | first/oceanid-pinned | folder | refused | is not the file that the configuration pins`,
		`plain | first/oceanid-plain | folder | refused | is not executable`,
		`public | public/oceanid-public | folder | refused | everybody may write to DIR/public, and so choose what the host runs`,
		`test |  | built in | stopped | `,
		`test | first/oceanid-test | folder | refused | the driver of that name that is built into this program is used in its place`,
		`twice | first/oceanid-twice | folder | stopped | `,
		`twice | second/oceanid-twice | folder | refused | DIR/first/oceanid-twice is used in its place`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, name := range []string{"gone", "plain", "open", "odd", "pinned", "absent"} {
		if _, err := c.Driver(t.Context(), name); fault.Of(err) != fault.Invalid || fault.Blame(err) != fault.Host {
			t.Errorf("%s: %v, blame %s", name, err, fault.Blame(err))
		}
	}
	chmod(t, first+"/oceanid-plain", 0o755)
	driver(t, c, "plain") // corrected while the host runs
}

func TestUnknownNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"condor", "local", "dask"} {
		install(t, filepath.Join(dir, "oceanid-"+name), name)
	}
	c := open(t, catalog.Options{Dirs: []string{dir}})
	for name, want := range map[string]string{
		"condr":   `did you mean "condor"?`,
		"Dask":    `did you mean "dask"?`,
		"aws":     `there are: condor, dask, local`,
		"CONDORS": `there are: condor, dask, local`,
	} {
		_, err := c.Driver(t.Context(), name)
		if fault.Of(err) != fault.NotFound || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := open(t, catalog.Options{}).Driver(t.Context(), "x"); err == nil || err.Error() != `driver "x": there is none of that name; there is none at all` {
		t.Error(err)
	}
}

func TestDescribeStartsOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	starts := install(t, dir+"/oceanid-x", "x")
	o := catalog.Options{Dirs: []string{dir}, CacheDir: filepath.Join(dir, "cache", "drivers")}
	describe := func(c *catalog.Catalog) {
		t.Helper()
		said, err := driver(t, c, "x").Describe(t.Context())
		if err != nil || said.GetName() != "x" || said.GetVersion() != "1.2.3" {
			t.Fatalf("%v, %v", said, err)
		}
	}
	first := open(t, o)
	describe(first)
	describe(first)
	if k := first.Candidates()[0]; k.State != supervise.Ready || k.PID == 0 || k.Version != "1.2.3" || k.Summary != "A driver for tests." || k.Checksum == "" {
		t.Errorf("%+v", k)
	}
	second := open(t, o)
	describe(second)
	if k := second.Candidates()[0]; k.State != supervise.Stopped || k.Version != "1.2.3" {
		t.Errorf("%+v", k)
	}
	if n := count(starts); n != 1 {
		t.Fatalf("%d starts", n)
	}
	files, err := filepath.Glob(o.CacheDir + "/*.describe")
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"cut": data[:len(data)-1], "changed": append(data[:len(data)-1:len(data)-1], 'X'), "empty": nil} {
		if err := os.WriteFile(files[0], bad, 0o600); err != nil {
			t.Fatal(err)
		}
		before := count(starts)
		describe(open(t, o))
		if n := count(starts) - before; n != 1 {
			t.Errorf("a cache that is %s: %d starts", name, n)
		}
	}
	chmod(t, o.CacheDir, 0o770)
	before := count(starts)
	describe(open(t, o))
	if n := count(starts) - before; n != 1 {
		t.Errorf("a cache that others may write to was believed")
	}
}

func TestDriverIsNotWhatWasMeant(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	install(t, dir+"/drivers/oceanid-wrong", "right")
	install(t, dir+"/drivers/oceanid-odd", "'No Name'")
	install(t, dir+"/elsewhere", "other")
	install(t, dir+"/old", "old")
	c := open(t, catalog.Options{
		Dirs: []string{dir + "/drivers"},
		Blocks: []catalog.Block{
			{Name: "mine", Path: dir + "/elsewhere"},
			{Name: "old", Path: dir + "/old", Version: ">= 2, < 3"},
		},
		Builtins: []catalog.Builtin{{Name: "inside", Server: builtin}},
	})
	for name, want := range map[string]string{
		"wrong":  `it calls itself "right": name the file oceanid-right`,
		"odd":    `it calls itself "No Name", which is no name for a driver`,
		"mine":   `it calls itself "other": write driver "other" in the configuration`,
		"old":    `it is version 1.2.3 and the configuration wants ">= 2, < 3"`,
		"inside": `it calls itself "test"`,
	} {
		t.Run(name, func(t *testing.T) {
			d := driver(t, c, name)
			for range 2 {
				if _, err := d.Describe(t.Context()); fault.Of(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
					t.Errorf("describe: %v", err)
				}
				if _, err := d.Acquire(t.Context()); fault.Of(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
					t.Errorf("acquire: %v", err)
				}
			}
			if status := d.Status(); status.PID != 0 {
				t.Errorf("it was left running: %+v", status)
			}
			for _, k := range c.Candidates() {
				if k.Name == name && (k.State != catalog.Refused || !strings.HasPrefix(k.Reason, want)) {
					t.Errorf("%s: %s", k.State, k.Reason)
				}
			}
			if _, err := c.Driver(t.Context(), name); fault.Of(err) != fault.Invalid {
				t.Errorf("it is still offered: %v", err)
			}
		})
	}
}

func TestUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	install(t, dir+"/oceanid-found", "found")
	install(t, dir+"/named", "named")
	c := open(t, catalog.Options{
		Dirs: []string{dir},
		Blocks: []catalog.Block{
			{Name: "named", Path: dir + "/named", Version: "~> 1.2", Env: map[string]string{"GREETING": "hello"}},
			{Name: "found", Env: map[string]string{"GREETING": "good day"}},
		},
		Builtins: []catalog.Builtin{{Name: "test", Server: builtin}},
	})
	for name, greeting := range map[string]string{"named": "GREETING=hello", "found": "GREETING=good day", "test": ""} {
		t.Run(name, func(t *testing.T) {
			d := driver(t, c, name)
			if d.Name() != name || d.Status().State != supervise.Stopped {
				t.Errorf("%s, %+v", d.Name(), d.Status())
			}
			lease, err := d.Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer lease.Release()
			env, err := launchtest.Command(t.Context(), lease.Conn(), "env")
			if err != nil || !strings.Contains(env, greeting) {
				t.Errorf("%v in %s", err, env)
			}
			if said, err := d.Describe(t.Context()); err != nil || said.GetName() != name {
				t.Errorf("%v, %v", said, err)
			}
		})
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	for _, k := range c.Candidates() {
		if k.State == supervise.Ready {
			t.Errorf("%s runs on", k.Name)
		}
	}
	if _, err := driver(t, c, "found").Acquire(t.Context()); fault.Of(err) != fault.Unavailable {
		t.Errorf("after Close: %v", err)
	}
}

func TestDirs(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	install(t, dir+"/bin/oceanid", "x")
	if err := os.Symlink(dir+"/bin/oceanid", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	beside := []string{dir + "/bin", dir + "/bin/drivers"}
	if diff := cmp.Diff(beside, catalog.Dirs(dir+"/link", "")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(append([]string{"/opt/d"}, beside...), catalog.Dirs(dir+"/link", "/opt/d")); diff != "" {
		t.Error(diff)
	}
}
