package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/sdk"
)

var update = flag.Bool("update", false, "write the golden files anew")

// world is a folder with a configuration and a pool; commands are run in it one after the other.
type world struct {
	t    *testing.T
	dir  string
	pool *pool
	env  map[string]string
	in   io.Reader
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), pool: newPool(), env: map[string]string{}, in: strings.NewReader("")}
	w.write("config.hcl", `scheduler "memory" "filed" {
  host = "pool.example.org"
}

jobs {
  lost_after = "10ms"
}
`)
	return w
}

// of is the same world in a subtest, which must not run in parallel with others of it.
func (w *world) of(t *testing.T) *world {
	same := *w
	same.t = t
	return &same
}

func (w *world) write(name, text string) string {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// result is what one command did.
type result struct {
	code     int
	out, err string
}

// app is the command in this world, writing to out and err.
func (w *world) app(out, err io.Writer) *app {
	return &app{
		in: w.in, out: out, err: err, drivers: []sdk.Plugin{w.pool.plugin()},
		env: func(name string) (string, bool) { v, ok := w.env[name]; return v, ok },
		// So long after the fact that the words for it do not change while a test runs.
		now: func() time.Time { return time.Now().UTC().Add(72*time.Hour + 30*time.Second) },
	}
}

func (w *world) args(args []string) []string {
	return append([]string{"--config", filepath.Join(w.dir, "config.hcl")}, args...)
}

// run carries out one command.
func (w *world) run(args ...string) result {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	var out, err bytes.Buffer
	code := w.app(&out, &err).run(ctx, w.args(args))
	return result{code, out.String(), err.String()}
}

// must is run for a command that has to do well. It gives its output without the last end of line.
func (w *world) must(args ...string) string {
	w.t.Helper()
	r := w.run(args...)
	if r.code != exitOK {
		w.t.Fatalf("oceanid %q: exit code %d\n%s", args, r.code, r.err)
	}
	return strings.TrimSuffix(r.out, "\n")
}

// golden compares with a file in testdata. What differs from one run to the next is replaced by something of the same width.
func (w *world) golden(name string, r result) {
	w.t.Helper()
	got := w.steady(fmt.Sprintf("exit code %d\n-- stdout --\n%s-- stderr --\n%s", r.code, r.out, r.err))
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			w.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		w.t.Errorf("%s (-want +got; go test -update writes it anew):\n%s", path, diff)
	}
}

func (w *world) steady(text string) string {
	text = strings.ReplaceAll(text, w.dir, "DIR")
	seen := map[string]byte{}
	text = regexp.MustCompile(`[a-z0-9]{8}-[0-9a-v]{26}`).ReplaceAllStringFunc(text, func(id string) string {
		n, ok := seen[id]
		if !ok {
			n = byte('A' + len(seen))
			seen[id] = n
		}
		return strings.Repeat(string(n), len(id))
	})
	for _, r := range []struct{ what, by string }{
		{`"(created|observed|submitted|time|cancel_requested)": ?"20[^"]*"`, `"$1": "TIME"`},
		{`(Created|Submitted|Last heard|Cancel asked)  ( *)20\d\d-\d\d-\d\d \d\d:\d\d:\d\d`, `$1  ${2}DATE-AND-TIME------`},
		{`20\d\d-\d\d-\d\d \d\d:\d\d:\d\d (queued|running|succeeded|failed|cancelled|lost)`, `DATE-AND-TIME------ $1`},
		{`(20\d\d-\d\d-\d\d \d\d:\d\d:\d\d) \([^)]*\)`, `$1 (AGO)`},
		{`(Ran for  +)\d{3,}h\S+`, `${1}HOURS`},
		{`"since": "[^"]*"`, `"since": "TIME"`},
		{`--after [0-9a-v]{26,}`, `--after CURSOR`},
		{`"next": "[^"]*"`, `"next": "CURSOR"`},
	} {
		text = regexp.MustCompile(r.what).ReplaceAllString(text, r.by)
	}
	return text
}
