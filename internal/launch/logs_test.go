package launch_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/launch/launchtest"
)

// output is a log that tests can read while it is written.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func (o *output) logger(level hclog.Level) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{Name: "driver", Output: o, Level: level, DisableTime: true})
}

func TestBadLinesHurtNobody(t *testing.T) {
	t.Parallel()
	var out output
	s := spec(t, launchtest.BadLog)
	s.Log = out.logger(hclog.Debug)
	p := start(t, s)
	if _, err := launchtest.Command(t.Context(), p.Conn(), "print hello\x1b from standard output"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the print arrives", func() bool { return strings.Contains(out.String(), "from standard output") })
	if err := p.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	got := out.String()
	for _, want := range []string{
		`[DEBUG] driver: {"@message":1}` + "\n",
		"[DEBUG] driver: a\n",
		`[DEBUG] driver: {"@message":null}` + "\n",
		"[DEBUG] driver: [1,2\n",
		"[DEBUG] driver: \uFFFD\uFFFD bytes\n",
		`[DEBUG] driver: \x1b[2Jcleared` + "\n",
		`[ERROR] driver: two\nlines\x1b[0m: deep="{\"a\":[\"b\n\"]}" n=12345678901234567890` + "\n",
		"[WARN]  driver: fine\n",
		`[DEBUG] driver: hello\x1b from standard output` + "\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	if strings.Count(got, "cut_at=65536") != 2 {
		t.Error("long lines are not marked as cut")
	}
	for line := range strings.Lines(got) {
		if len(line) > 70<<10 || !utf8.ValidString(line) || strings.Contains(line, "\x1b") {
			t.Errorf("bad line of %d bytes: %.100q", len(line), line)
		}
	}
}

func TestFloodOfLines(t *testing.T) {
	t.Parallel()
	var out output
	s := spec(t, launchtest.Flood)
	s.Log = out.logger(hclog.Info)
	beside := start(t, spec(t, launchtest.Good))
	begin := time.Now()
	p := start(t, s)
	eventually(t, "lines are dropped", func() bool { return strings.Contains(out.String(), "lines of the driver's log were dropped") })
	if _, err := launchtest.Command(t.Context(), p.Conn(), ""); err != nil {
		t.Errorf("the driver is out of reach: %v", err)
	}
	if _, err := launchtest.Command(t.Context(), beside.Conn(), ""); err != nil {
		t.Errorf("the driver beside it: %v", err)
	}
	// Who writes more than is read waits.
	wrote := written(t, p.PID())
	if most := (4<<20)*(int64(time.Since(begin)/time.Second)+2) + 128<<10; wrote > most {
		t.Errorf("the host read %d bytes, at most %d in that time", wrote, most)
	}
	_ = p.Stop(t.Context())
	seconds := int(time.Since(begin)/time.Second) + 2
	if n := strings.Count(out.String(), "and on"); n > 1000*seconds {
		t.Errorf("%d lines logged in %d s", n, seconds)
	}
}

func TestLevelIsAppliedInTheDriver(t *testing.T) {
	t.Parallel()
	s := spec(t, launchtest.Good)
	s.Log = new(output).logger(hclog.Warn)
	p := start(t, s)
	env, err := launchtest.Command(t.Context(), p.Conn(), "env")
	if err != nil || !strings.Contains("\n"+env+"\n", "\nOCEANID_LOG=warn\n") {
		t.Errorf("%v in\n%s", err, env)
	}
}

// written is how many bytes a process has written so far.
func written(t *testing.T, pid int) (n int64) {
	t.Helper()
	io, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(io), "wchar: ")
	if _, err := fmt.Sscan(after, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
