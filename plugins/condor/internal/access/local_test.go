package access_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/sdk/fault"
)

func local(t *testing.T) *access.Local {
	l := access.NewLocal()
	t.Cleanup(func() { l.Close() })
	return l
}

func TestScriptPrints(t *testing.T) {
	t.Parallel()
	var out, complaints strings.Builder
	err := local(t).Shell(t.Context(), access.Script{Name: "x", Text: "echo out; echo err >&2\n", Stdout: &out, Stderr: &complaints})
	if err != nil || out.String() != "out\n" || complaints.String() != "err\n" {
		t.Errorf("%q, %q, %v", out.String(), complaints.String(), err)
	}
}

func TestFailedScript(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]access.ScriptError{
		"echo ' why ' >&2; exit 7\n": {Name: "x", Code: 7, Stderr: "why"},
		"kill -KILL $$\n":            {Name: "x", Signal: "KILL"},
	} {
		err := local(t).Shell(t.Context(), access.Script{Name: "x", Text: text})
		var failed *access.ScriptError
		if !errors.As(err, &failed) || *failed != want {
			t.Errorf("%q: %+v", text, err)
		}
	}
	err := local(t).Shell(t.Context(), access.Script{Name: "x", Text: "i=0; while [ $i -lt 3000 ]; do echo 0123456789 >&2; i=$((i+1)); done; echo last >&2; exit 1\n"})
	var failed *access.ScriptError
	if !errors.As(err, &failed) || len(failed.Stderr) > 8<<10 || !strings.HasSuffix(failed.Stderr, "last") {
		t.Errorf("%v", err)
	}
}

// What the script has started ends with it.
func TestScriptEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begin := time.Now()
	err := local(t).Shell(ctx, access.Script{Name: "x", Text: "sleep 100 & sleep 100\n", Stdout: io.Discard})
	if fault.Of(err) != fault.Timeout || time.Since(begin) > 30*time.Second {
		t.Errorf("after %v: %v", time.Since(begin), err)
	}
}

// A lasting script sees that its caller leaves, and a caller that its script has ended.
func TestLastingScript(t *testing.T) {
	t.Parallel()
	if err := local(t).Shell(t.Context(), access.Script{Name: "x", Text: "exit 0\n", Lasting: true}); err != nil {
		t.Error(err)
	}
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- local(t).Shell(ctx, access.Script{
			Name: "x", Text: "echo ready; cat\n", Stdout: w, Lasting: true,
		})
	}()
	if _, err := io.ReadFull(r, make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; fault.Of(err) != fault.Cancelled {
		t.Errorf("%v", err)
	}
}

func TestPutIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, scratch := filepath.Join(dir, "a", "b", "file"), filepath.Join(dir, "parts")
	l := local(t)
	put := func(r io.Reader) error { return l.Put(t.Context(), file, scratch, 0o640, r) }
	if err := put(strings.NewReader("first")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := put(io.MultiReader(strings.NewReader("second"), brokenReader{broken})); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if err := put(strings.NewReader("third")); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	info, _ := os.Stat(file)
	if err != nil || string(content) != "third" || info.Mode() != 0o640 {
		t.Errorf("%q, %v, %v", content, info.Mode(), err)
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) != 0 {
		t.Errorf("left are %v, %v", left, err)
	}
	if _, err := l.Open(t.Context(), filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func TestClosedPointRefuses(t *testing.T) {
	t.Parallel()
	l := access.NewLocal()
	running := make(chan error, 1)
	r, w := io.Pipe()
	go func() {
		running <- l.Shell(t.Context(), access.Script{Name: "x", Text: "echo; sleep 100\n", Stdout: w})
	}()
	if _, err := r.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-running; fault.Of(err) != fault.Unavailable {
		t.Errorf("what ran ends with %v", err)
	}
	if err := l.Shell(t.Context(), access.Script{Name: "x"}); fault.Of(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
}
