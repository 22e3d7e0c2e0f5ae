package walls_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const module = "github.com/oceanid/oceanid"

type pkg struct {
	ImportPath, Dir, Name string
	GoFiles               []string
	Imports, Deps         []string
}

// packages lists those of this module, as they are built, without tests.
func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Name,GoFiles,Imports,Deps", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// in tells whether a package is one of those, or below one of them.
func in(path string, roots ...string) bool {
	rest, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return false
	}
	for _, r := range roots {
		if rest == r || strings.HasPrefix(rest, r+"/") {
			return true
		}
	}
	return false
}

func own(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

func TestWalls(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, d := range p.Deps {
			// The conformance suite starts drivers as a host does; it is linked into an author's tests and never into a driver.
			if in(p.ImportPath, "sdk/drivertest") && in(d, "internal/launch") {
				continue
			}
			if in(p.ImportPath, "sdk") && own(d) && !in(d, "sdk", "internal/wire") {
				t.Errorf("%s depends on %s: a driver's author must inherit nothing of the host", p.ImportPath, d)
			}
			if in(d, "sdk/drivertest") && in(p.ImportPath, "plugins", "host", "internal/supervise", "internal/call") {
				t.Errorf("%s depends on %s: the conformance suite is for tests, and for the command", p.ImportPath, d)
			}
			if in(p.ImportPath, "sdk", "plugins") && (strings.HasPrefix(d, "github.com/prometheus/") || strings.HasPrefix(d, "go.opentelemetry.io/")) {
				t.Errorf("%s depends on %s: what is measured of a driver its host measures", p.ImportPath, d)
			}
			if in(p.ImportPath, "plugins") && in(d, "host") {
				t.Errorf("%s depends on %s: a driver knows the SDK only", p.ImportPath, d)
			}
		}
		for _, i := range p.Imports {
			switch {
			case in(p.ImportPath, "plugins") && own(i) && !in(i, "sdk", "plugins"):
				t.Errorf("%s imports %s: a driver knows the SDK only", p.ImportPath, i)
			case in(p.ImportPath, "examples") && in(i, "internal"):
				t.Errorf("%s imports %s: an example shows what everybody can do", p.ImportPath, i)
			case strings.HasPrefix(i, "github.com/redis/go-redis") && !in(p.ImportPath, "internal/store", "host"):
				t.Errorf("%s imports %s: only internal/store knows that the store is Redis", p.ImportPath, i)
			case strings.HasPrefix(i, "github.com/hashicorp/go-plugin") && !in(p.ImportPath, "internal/launch", "internal/wire", "sdk", "bench"):
				t.Errorf("%s imports %s: only those who launch or serve a driver may", p.ImportPath, i)
			}
		}
	}
}

// The host hands a portal's own Redis client through; it must not use one.
func TestHostOnlyPassesRedisOn(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if p.ImportPath != module+"/host" {
			continue
		}
		for _, file := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			if file != "options.go" && bytes.Contains(text, []byte("redis/go-redis")) {
				t.Errorf("host/%s imports go-redis; only options.go may, for Options.Redis", file)
			}
		}
	}
}

func TestHouseStyle(t *testing.T) {
	t.Parallel()
	initFunc := regexp.MustCompile(`(?m)^func init\(\)`)
	for _, p := range packages(t) {
		switch p.Name {
		case "util", "utils", "common", "helpers", "types", "misc":
			t.Errorf("%s: a package is named after its idea", p.ImportPath)
		}
		for _, file := range p.GoFiles {
			path := filepath.Join(p.Dir, file)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, ".pb.go") {
				continue
			}
			if n := lines(text); n > 400 {
				t.Errorf("%s has %d lines: more than one idea", path, n)
			}
			if initFunc.Match(text) {
				t.Errorf("%s has an init function", path)
			}
		}
	}
}

func lines(text []byte) (n int) {
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); n++ {
	}
	return n
}
