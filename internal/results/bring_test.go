package results_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/results"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// liar is a driver that yields whatever it likes.
type liar struct {
	files []lie
	ends  error
	read  []string // whose content was asked for
}

type lie struct {
	scheduler.File
	content io.Reader
}

func (l *liar) Download(_ context.Context, _ scheduler.Ref, _ scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	for _, f := range l.files {
		if err := yield(f.File, reader{f.content, func() { l.read = append(l.read, f.Path) }}); err != nil {
			return err
		}
	}
	return l.ends
}

type reader struct {
	io.Reader
	asked func()
}

func (r reader) Read(p []byte) (int, error) {
	r.asked()
	return r.Reader.Read(p)
}

var modified = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func file(path, content string) lie {
	return lie{scheduler.File{Path: path, Size: int64(len(content)), Mode: 0o640, Modified: modified}, strings.NewReader(content)}
}

func bring(t testing.TB, l *liar, dir string, o results.Options) (results.Brought, error) {
	t.Helper()
	return results.Bring(t.Context(), l, scheduler.Ref{Tasks: 1}, scheduler.FileQuery{}, dir, results.NewLayout(nil, 1), o)
}

func kind(t testing.TB, err error, k fault.Kind) {
	t.Helper()
	if !errors.Is(err, k) {
		t.Fatalf("%v, want %v", err, k)
	}
}

func content(t testing.TB, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// What is poisoned is named, and nothing else is lost; nothing appears outside the folder.
func TestPoison(t *testing.T) {
	t.Parallel()
	other := func(f lie, change func(*lie)) lie { change(&f); return f }
	for name, c := range map[string]struct {
		poison lie
		named  string // "": it is brought
	}{
		"dot dot":                      {file("../out", "x"), "../out"},
		"dot dot within":               {file("a/../../out", "x"), "a/../../out"},
		"absolute":                     {file("/etc/out", "x"), "/etc/out"},
		"the folder itself":            {file(".", "x"), `"."`},
		"no name":                      {file("", "x"), `""`},
		"not UTF-8":                    {file("a\xff", "x"), `a\xff`},
		"NUL":                          {file("a\x00b", "x"), `a\x00b`},
		"the list of digests":          {file("SHA256SUMS", "x"), "SHA256SUMS"},
		"a file on its way":            {file("x.oceanid-part", "x"), "x.oceanid-part"},
		"a name that is too long":      {file(strings.Repeat("n", 300), "x"), "nnnnnn"},
		"through a link that is there": {file("link/passwd", "x"), "link/passwd"},
		"in a file":                    {file("good/below", "x"), "good/below"},
		"growing":                      {other(file("grows", "x"), func(l *lie) { l.content = endless{} }), "grows"},
		"shrinking":                    {other(file("shrinks", "x"), func(l *lie) { l.Size = 99 }), "shrinks"},
		"a size that cannot be":        {other(file("size", "x"), func(l *lie) { l.Size = -1 }), "size"},
		"another task":                 {other(file("task", "x"), func(l *lie) { l.Task = 7 }), "task"},
		"a task that cannot be":        {other(file("task", "x"), func(l *lie) { l.Task = -1 }), "task"},
		"a line end":                   {file("a\nb", "x"), ""},
		"a leading dash":               {file("-rf", "x"), ""},
		"permission 000":               {other(file("zero", "x"), func(l *lie) { l.Mode = 0 }), ""},
		"setuid":                       {other(file("suid", "x"), func(l *lie) { l.Mode = 0o4755 }), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			above := t.TempDir()
			dir := filepath.Join(above, "results")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(above, filepath.Join(dir, "link")); err != nil {
				t.Fatal(err)
			}
			got, err := bring(t, &liar{files: []lie{file("good", "1"), c.poison, file("later", "2")}}, dir, results.Options{})
			if content(t, dir, "good") != "1" || content(t, dir, "later") != "2" {
				t.Error("others were lost")
			}
			want := 2
			if c.named == "" {
				want = 3
				if err != nil || content(t, dir, c.poison.Path) != "x" {
					t.Errorf("it was not brought: %v", err)
				}
				if info, err := os.Stat(filepath.Join(dir, c.poison.Path)); err != nil || info.Mode()&os.ModeSetuid != 0 || info.Mode().Perm()&0o600 != 0o600 {
					t.Errorf("its mode: %v, %v", info, err)
				}
			} else if kind(t, err, fault.Invalid); !strings.Contains(err.Error(), c.named) {
				t.Errorf("it is not named: %v", err)
			}
			if got.Files != want {
				t.Errorf("%d files", got.Files)
			}
			cmd := exec.Command("sha256sum", "--quiet", "-c", results.Sums)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
			if entries, _ := os.ReadDir(above); len(entries) != 1 {
				t.Errorf("outside the folder there is %v", entries)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*.oceanid-part")); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// A download that breaks goes on at the file where it broke: what is there whole is not read again, what was changed here or there is.
func TestResume(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cut := file("c", "third")
	cut.content = io.MultiReader(strings.NewReader("th"), failing{})
	_, err := bring(t, &liar{files: []lie{file("a", "first"), file("b", "second"), cut, file("d", "4")}}, dir, results.Options{})
	kind(t, err, fault.Unavailable)
	second := &liar{files: []lie{file("a", "first"), file("b", "second"), file("c", "third"), file("d", "4")}}
	var whole []string
	got, err := bring(t, second, dir, results.Options{Report: func(f scheduler.File, _ int64) {
		if f.SHA256 != "" {
			whole = append(whole, fmt.Sprintf("%s %t", f.Path, f.SHA256 == fmt.Sprintf("%x", sha256.Sum256([]byte(content(t, dir, f.Path))))))
		}
	}})
	if err != nil || got != (results.Brought{Files: 4, Bytes: 17}) {
		t.Errorf("%+v, %v", got, err)
	}
	if fmt.Sprint(whole) != "[a true b true c true d true]" {
		t.Error(whole)
	}
	if read := strings.Join(second.read, ""); strings.ContainsAny(read, "ab") || !strings.Contains(read, "c") {
		t.Errorf("read again: %v", second.read)
	}
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("FIRST"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(dir, "a"), time.Time{}, modified); err != nil {
		t.Fatal(err)
	}
	newer := file("d", "5")
	newer.Modified = modified.Add(time.Second)
	third := &liar{files: []lie{file("a", "first"), file("c", "third"), newer}}
	if _, err := bring(t, third, dir, results.Options{}); err != nil || content(t, dir, "a") != "first" || content(t, dir, "d") != "5" {
		t.Errorf("what was changed is as it was: %v", err)
	}
	if strings.Contains(strings.Join(third.read, ""), "c") {
		t.Error("what was there was read again")
	}
}

// A download that breaks before anything came loses nothing of what an earlier one brought: the next reads none of it again.
func TestBreakingAtOnceLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	away := fault.Unavailable.New("the driver is away")
	_, err := bring(t, &liar{files: []lie{file("a", "first"), file("b", "second")}, ends: away}, dir, results.Options{})
	kind(t, err, fault.Unavailable)
	_, err = bring(t, &liar{ends: away}, dir, results.Options{})
	kind(t, err, fault.Unavailable)
	last := &liar{files: []lie{file("a", "first"), file("b", "second"), file("c", "third")}}
	if got, err := bring(t, last, dir, results.Options{}); err != nil || got.Files != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	if read := strings.Join(last.read, ""); strings.ContainsAny(read, "ab") {
		t.Errorf("read again: %v", last.read)
	}
	if n := strings.Count(content(t, dir, results.Sums), "\n"); n != 3 {
		t.Errorf("%d lines in the list", n)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fault.Unavailable.New("the network went away") }

// Nothing beyond the limit is begun: a sparse file of 100 GB costs nothing.
func TestLimit(t *testing.T) {
	t.Parallel()
	sparse := lie{scheduler.File{Path: "sparse", Size: 100 << 30}, endless{}}
	l := &liar{files: []lie{file("a", "first"), sparse, file("b", "x")}}
	dir := t.TempDir()
	got, err := bring(t, l, dir, results.Options{Limit: 10})
	kind(t, err, fault.Exhausted)
	if !strings.Contains(err.Error(), "sparse") || got.Files != 1 || strings.Contains(strings.Join(l.read, " "), "sparse") {
		t.Errorf("%+v, %v, %v", got, err, l.read)
	}
}

// What the driver itself left out is named beside what was brought.
func TestTheDriversRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := &liar{files: []lie{file("a", "first"), file("../b", "x")}, ends: fault.Invalid.New("output \"fifo\" of task 0 is not brought back: a pipe")}
	_, err := bring(t, l, dir, results.Options{})
	kind(t, err, fault.Invalid)
	if !strings.Contains(err.Error(), "fifo") || !strings.Contains(err.Error(), "../b") || content(t, dir, "a") != "first" {
		t.Error(err)
	}
}

// many yields very many small files without having them.
type many int

func (m many) Download(_ context.Context, _ scheduler.Ref, _ scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	for i := range int(m) {
		name := fmt.Sprintf("../%07d", i)
		if i%1000 == 0 {
			name = name[3:]
		}
		if err := yield(scheduler.File{Path: name, Size: 1}, bytes.NewReader([]byte("x"))); err != nil {
			return err
		}
	}
	return nil
}

// A million poisoned names are one short error.
func TestAMillionFiles(t *testing.T) {
	t.Parallel()
	got, err := results.Bring(t.Context(), many(1_000_000), scheduler.Ref{Tasks: 1}, scheduler.FileQuery{}, t.TempDir(), results.NewLayout(nil, 1), results.Options{})
	kind(t, err, fault.Invalid)
	if got.Files != 1000 || len(err.Error()) > 4096 || !strings.Contains(err.Error(), "998980 more") {
		t.Errorf("%+v, %.500v", got, err)
	}
}
