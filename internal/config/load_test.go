package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/sdk/fault"
)

// TestLoad reads the same plan in both syntaxes.
func TestLoad(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"config.hcl", "config.hcl.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata", "good", name)
			f, err := config.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			folder, _ := filepath.Abs("testdata")
			s := f.Store
			if got, want := s.Address.Reveal(), "rediss://redis.example.org:6379/0"; got != want {
				t.Errorf("address %q", got)
			}
			if s.Path != "" || s.Keeper.Reveal() != "base64key://" || s.Username != "PORTAL" || s.Password.Reveal() != secret {
				t.Errorf("store %q %q %q", s.Path, s.Keeper.Reveal(), s.Username)
			}
			if got, want := f.DriverDir, filepath.Join(folder, "good", "plugins"); got != want {
				t.Errorf("driver_dir %q, want %q", got, want)
			}
			if len(f.Drivers) != 1 {
				t.Fatalf("%d drivers", len(f.Drivers))
			}
			d := f.Drivers[0]
			if d.Type != "demo" || d.Path != filepath.Join(folder, "keys", "oceanid-demo") || d.Version != ">= 1.2, < 2" ||
				!strings.HasPrefix(d.Checksum, "sha256:9f2c") || d.Env["TOKEN"].Reveal() != secret {
				t.Errorf("driver %+v", d)
			}
			if d.Idle == nil || *d.Idle != 0 {
				t.Errorf("idle %v", d.Idle)
			}
			if want := (config.Limits{Calls: 8, Queue: 32, SchedulerCalls: 4, Memory: 3 << 29, Files: 256, Processes: 64}); d.Limits != want {
				t.Errorf("limits %+v", d.Limits)
			}
			if want := (config.Restart{Max: 3, Within: time.Hour, Backoff: 50 * time.Millisecond, MaxBackoff: time.Minute}); d.Restart != want {
				t.Errorf("restart %+v", d.Restart)
			}
			r := f.Jobs
			if r.Keep != 90*24*time.Hour || r.KeepFiles != 30*24*time.Hour || r.LostAfter != 15*time.Minute || r.Stale != 2*time.Minute ||
				r.Results != filepath.Join(folder, "good", "results") || r.Block == nil {
				t.Errorf("jobs %+v", r)
			}
			for i, want := range []config.Quota{{Jobs: 1000}, {Scheduler: "Default", User: config.EachUser, Jobs: 10, Tasks: 100_000}} {
				if want.Block = f.Quotas[i].Block; len(f.Quotas) != 2 || f.Quotas[i] != want {
					t.Errorf("quota %d: %+v", i, f.Quotas[i])
				}
			}
			if printed := fmt.Sprintf("%+v %+v", s, *d); strings.Contains(printed, secret) || strings.Contains(printed, "rediss") {
				t.Errorf("printing the plan tells secrets: %s", printed)
			}
			var headers []string
			for _, b := range f.Schedulers {
				headers = append(headers, b.String())
			}
			if got, want := strings.Join(headers, ", "), `scheduler "demo" "Default", scheduler "demo" "plain", scheduler "local" "local"`; got != want {
				t.Errorf("schedulers %s", got)
			}
			got, err := f.Decode(f.Schedulers[0], demo())
			if err != nil {
				t.Fatal(err)
			}
			const public = `{"disk":[{"name":"one"},{"name":"two","size":4}],"host":"pool.example.org:22","port":2222,"queues":["fast","slow"],"ratio":0.5,` +
				`"tags":{"a key":"x/y","colour":"blue <&>"},"timeout":"1m30s","transfer":{"chunk":262144,"mode":"safe","retry":{}},"transport":"ssh",` +
				`"verify":false,"weights":[9007199254740993,-9223372036854775808,4]}`
			if string(got.Public) != public {
				t.Errorf("public %s\nwant   %s", got.Public, public)
			}
			if want := `{"disk":[{},{"key":"three"}],"password":"hunter2","secrets":{"one":"two"},"token":"tok-5"}`; string(got.Secret) != want {
				t.Errorf("secret %s\nwant   %s", got.Secret, want)
			}
			got, err = f.Decode(f.Schedulers[1], demo())
			if want := `{"host":"localhost","port":22,"timeout":"30s","transport":"ssh","verify":true}`; err != nil || string(got.Public) != want || got.Secret != nil {
				t.Errorf("defaults %s, secret %s, %v", got.Public, got.Secret, err)
			}
		})
	}
}

func TestLoadFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "b.hcl", `scheduler "demo" "b" {}`)
	write(t, dir, "a.hcl", `store { path = "data" }`+"\n"+`scheduler "demo" "a" {}`)
	write(t, dir, "c.hcl.json", `{"scheduler": {"demo": {"c": {}}}}`)
	write(t, dir, ".hidden.hcl", `}`)
	write(t, dir, "package.json", `}`)
	write(t, dir, "b.hcl~", `}`)
	f, err := config.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range f.Schedulers {
		names = append(names, b.Name)
	}
	if got := strings.Join(names, " "); got != "a b c" {
		t.Errorf("schedulers %s", got)
	}
	if want := filepath.Join(dir, "data"); f.Store.Path != want {
		t.Errorf("store path %q, want %q", f.Store.Path, want)
	}
	if got, want := f.Schedulers[1].Place().String(), filepath.Join(dir, "b.hcl")+":1,1-21"; got != want {
		t.Errorf("place %q, want %q", got, want)
	}
}

func TestLoadHome(t *testing.T) {
	t.Setenv("HOME", "/home/ada")
	dir := t.TempDir()
	f, err := config.Load(write(t, dir, "c.hcl", "driver_dir = \"~/plugins\"\nstore { path = \"~\" }\ndriver \"x\" { path = \"/opt/../x\" }\n"))
	if err != nil {
		t.Fatal(err)
	}
	if f.DriverDir != "/home/ada/plugins" || f.Store.Path != "/home/ada" || f.Drivers[0].Path != "/x" {
		t.Errorf("%q %q %q", f.DriverDir, f.Store.Path, f.Drivers[0].Path)
	}
}

func TestLoadEmpty(t *testing.T) {
	t.Parallel()
	f, err := config.Load(write(t, t.TempDir(), "c.hcl", "# nothing yet\n"))
	if err != nil || f.Store.Block != nil || len(f.Schedulers) != 0 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "large.hcl", strings.Repeat("#\n", 1<<20))
	write(t, dir, "binary.hcl", "\xff\xfe")
	for name, kind := range map[string]fault.Kind{
		"missing.hcl": fault.NotFound,
		"empty":       fault.NotFound,
		"large.hcl":   fault.Invalid,
		"binary.hcl":  fault.Invalid,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(dir, name)
			f, err := config.Load(path)
			if f != nil || fault.Of(err) != kind || !strings.Contains(err.Error(), path) || strings.Count(err.Error(), path) != 1 {
				t.Errorf("%v (%v)", err, fault.Of(err))
			}
		})
	}
}

// TestLimits: no input ends the process, however deep it is.
func TestLimits(t *testing.T) {
	t.Parallel()
	const n = 1 << 17
	for name, source := range map[string]string{
		"unary":          "driver_dir = " + strings.Repeat("!", n) + "true\n",
		"unary, allowed": "driver_dir = " + strings.Repeat("-", 19_000) + "1\n",
		"conditional":    "driver_dir = " + strings.Repeat("true?1:", 19_000) + "1\n",
		"sum":            "driver_dir = " + strings.Repeat("1+", 19_000) + "1\n",
		"brackets":       "driver_dir = " + strings.Repeat("[", n) + "\n",
		"templates":      "driver_dir = " + strings.Repeat(`"${`, n/3) + "\n",
		"blocks":         strings.Repeat("store {\n", n/8) + "\n",
		"traversal":      "driver_dir = a" + strings.Repeat(".a", 10_000) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := config.Load(write(t, t.TempDir(), "c.hcl", source)); !errors.Is(err, fault.Invalid) {
				t.Errorf("%.200v", err)
			}
		})
	}
	t.Run("json", func(t *testing.T) {
		t.Parallel()
		for _, source := range []string{strings.Repeat(`{"a":`, n/5), `{"driver_dir": "${` + strings.Repeat("!", n) + `true}"}`} {
			if _, err := config.Load(write(t, t.TempDir(), "c.json", source)); !errors.Is(err, fault.Invalid) {
				t.Errorf("%.200v", err)
			}
		}
	})
}

// TestFile: what file() gives is the text without its last line ending.
func TestFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct{ content, want string }{
		"as echo writes it": {"a b\n", "a b"},
		"none":              {"a", "a"},
		"of Windows":        {"a\r\nb\r\n", "a\r\nb"},
		"only the last":     {"a\n\n", "a\n"},
		"empty":             {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			name := strings.ReplaceAll(name, " ", "-")
			write(t, dir, name+".txt", c.content)
			f, err := config.Load(write(t, dir, name+".hcl", fmt.Sprintf("store {\n address = \"redis://x\"\n password = file(%q)\n}\n", name+".txt")))
			if err != nil || f.Store.Password.Reveal() != c.want {
				t.Errorf("%q, %v", f.Store.Password.Reveal(), err)
			}
		})
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	if err := config.Join(nil, nil); err != nil {
		t.Errorf("nothing joined is %v", err)
	}
	other := errors.New("disk full")
	_, b := config.FromMap(`scheduler "b"`, demo(), nil)
	_, a := config.FromMap(`scheduler "a"`, demo(), nil)
	err := config.Join(b, other, nil, a, a)
	const want = `scheduler "a": host is missing; add host (Head node, host[:port])` + "\n" +
		`scheduler "b": host is missing; add host (Head node, host[:port])` + "\n" + `disk full`
	if err.Error() != want || !errors.Is(err, other) || !errors.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	if err := config.Join(nil, other); err.Error() != "disk full" {
		t.Errorf("%v", err)
	}
}

func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"*/*.hcl", "*/*.json", "*/*/*.hcl"} {
		paths, _ := filepath.Glob(filepath.Join("testdata", pattern))
		for _, p := range paths {
			source, err := os.ReadFile(p)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(source, strings.HasSuffix(p, ".json"))
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, source []byte, json bool) {
		name := fmt.Sprintf("%d.hcl", os.Getpid())
		if json {
			name += ".json"
		}
		file, err := config.Load(write(t, dir, name, string(source)))
		if file == nil {
			return
		}
		_ = fmt.Sprint(err)
		for _, b := range file.Schedulers {
			values, err := file.Decode(b, demo())
			_ = fmt.Sprint(err)
			_, err = file.Locate(b, demo(), objections())
			_ = fmt.Sprint(err)
			if len(values.Public) == 0 {
				continue
			}
			if _, err := config.Merge(values.Public, values.Secret); err != nil {
				t.Error(err)
			}
		}
	})
}
