package scaffold_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/scaffold"
	// What the scaffold is built with: a change of it must not leave a result in go test's cache.
	_ "github.com/oceanid/oceanid/sdk/drivertest"
	"github.com/oceanid/oceanid/sdk/fault"
)

// checkout is the root of this repository.
func checkout(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// in runs a command in a folder and returns what it said.
func in(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// What an author gets is in order as it stands: it builds, nothing is to be found fault with, and it keeps every promise of a driver.
func TestScaffoldConforms(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "with a blank", "oceanid-flood")
	names, err := scaffold.Write(dir, scaffold.Options{Name: "flood", Module: "example.org/river/oceanid-flood", Version: "v0.0.0", SDK: checkout(t)})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(names, "internal/pool/pool.go") || !slices.Contains(names, "go.mod") {
		t.Errorf("wrote %q", names)
	}
	in(t, dir, "go", "mod", "tidy")
	if badly := in(t, dir, "gofmt", "-l", "."); badly != "" {
		t.Errorf("not formatted: %s", badly)
	}
	in(t, dir, "go", "vet", "./...")
	in(t, dir, "go", "build", "-o", "oceanid-flood", ".")
	in(t, dir, "go", "test", "./...")
}

// A line is never so long, and a driver never so big, that its author would not read it.
func TestScaffoldIsShort(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "x")
	names, err := scaffold.Write(dir, scaffold.Options{Name: "x", Module: "x", Version: "v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	stays, goes := 0, 0
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("{{")) || bytes.Contains(text, []byte("<no value>")) {
			t.Errorf("%s: something was not expanded", name)
		}
		n := bytes.Count(text, []byte("\n"))
		if strings.HasPrefix(name, "internal/pool/") || strings.HasPrefix(name, "cmd/") {
			goes += n
		} else {
			stays += n
		}
	}
	if stays > 700 || goes > 440 {
		t.Errorf("%d lines of driver and %d of a pool to try it on: too many to read before supper", stays, goes)
	}
	if mod, err := os.ReadFile(filepath.Join(dir, "go.mod")); err != nil || bytes.Contains(mod, []byte("replace")) || !bytes.Contains(mod, []byte("oceanid/oceanid v1.2.3")) {
		t.Errorf("go.mod: %v\n%s", err, mod)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct {
		dir  string
		o    scaffold.Options
		kind fault.Kind
		says string
	}{
		"capital":          {"a", scaffold.Options{Name: "Slurm", Module: "m"}, fault.Invalid, `"Slurm" is no name for a driver`},
		"none":             {"a", scaffold.Options{Module: "m"}, fault.Invalid, "is no name"},
		"path":             {"a", scaffold.Options{Name: "../x", Module: "m"}, fault.Invalid, "is no name"},
		"too long":         {"a", scaffold.Options{Name: strings.Repeat("x", 33), Module: "m"}, fault.Invalid, "at most 32"},
		"no module":        {"a", scaffold.Options{Name: "x"}, fault.Invalid, "is no path for a module"},
		"module with line": {"a", scaffold.Options{Name: "x", Module: "m\nreplace x => y"}, fault.Invalid, "is no path for a module"},
		"our module":       {"a", scaffold.Options{Name: "x", Module: scaffold.SDK + "/sdk"}, fault.Invalid, "Oceanid's own"},
		"relative SDK":     {"a", scaffold.Options{Name: "x", Module: "m", SDK: "../.."}, fault.Invalid, "absolute"},
		"full folder":      {"full", scaffold.Options{Name: "x", Module: "m"}, fault.Exists, "not empty"},
		"file":             {"full/file", scaffold.Options{Name: "x", Module: "m"}, fault.Exists, "in the way"},
	} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
			if err := os.MkdirAll(filepath.Join(root, "full"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, "full", "file"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := scaffold.Write(filepath.Join(root, c.dir), c.o)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %s: %q", err, c.kind, c.says)
			}
			if left, err := filepath.Glob(filepath.Join(root, "*")); err != nil || len(left) != 1 {
				t.Errorf("left behind: %q, %v", left, err)
			}
		})
	}
}

func TestEmptyFolderIsFree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := scaffold.Write(dir, scaffold.Options{Name: "x", Module: "x", Version: "v1.2.3"}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "main.go")); err != nil {
		t.Error(err)
	}
}

// A scaffold that cannot be written whole leaves the place as it was.
func TestWriteThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	there := filepath.Join(t.TempDir(), "there")
	if err := os.Mkdir(there, 0o755); err != nil {
		t.Fatal(err)
	}
	// The path of the deepest file is longer than Linux takes; the others come before it.
	for _, dir := range []string{there, filepath.Join(t.TempDir(), "new")} {
		long := dir
		for len(long) < 4096-20 {
			long = filepath.Join(long, strings.Repeat("x", min(200, 4096-20-len(long))))
		}
		if err := os.MkdirAll(filepath.Dir(long), 0o755); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadDir(filepath.Dir(long))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scaffold.Write(long, scaffold.Options{Name: "x", Module: "x", Version: "v1.2.3"}); err == nil {
			t.Fatal("written where it cannot be")
		}
		after, err := os.ReadDir(filepath.Dir(long))
		if err != nil || len(after) != len(before) {
			t.Errorf("left %v, %v", after, err)
		}
	}
}
