//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// screen is a terminal with a person before it.
type screen struct {
	t    *testing.T
	keys *os.File // where the person types, and what the person sees comes from
	tty  *os.File

	mu      sync.Mutex
	shown   bytes.Buffer
	changed chan struct{}
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	keys, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	s := &screen{t: t, keys: keys, tty: tty, changed: make(chan struct{}, 1)}
	var reading sync.WaitGroup
	reading.Go(s.read)
	t.Cleanup(func() {
		tty.Close()
		reading.Wait()
		keys.Close()
	})
	return s
}

// read takes what is shown until the terminal is closed.
func (s *screen) read() {
	b := make([]byte, 4096)
	for {
		n, err := s.keys.Read(b)
		s.mu.Lock()
		s.shown.Write(b[:n])
		s.mu.Unlock()
		select {
		case s.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.String()
}

// see waits until the screen shows something.
func (s *screen) see(what string) {
	s.t.Helper()
	deadline := time.After(time.Minute)
	for !strings.Contains(s.text(), what) {
		select {
		case <-s.changed:
		case <-deadline:
			s.t.Fatalf("the screen never showed %q, but\n%q", what, s.text())
		}
	}
}

func (s *screen) typed(keys string) {
	s.t.Helper()
	if _, err := s.keys.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// start runs a command on the screen; the channel gives its exit code.
func (s *screen) start(ctx context.Context, w *world, args ...string) <-chan int {
	a := w.app(s.tty, s.tty)
	a.in = s.tty
	code := make(chan int, 1)
	go func() { code <- a.run(ctx, w.args(args)) }()
	return code
}

func (s *screen) end(code <-chan int) int {
	s.t.Helper()
	select {
	case c := <-code:
		return c
	case <-time.After(time.Minute):
		s.t.Fatalf("the command does not end; the screen shows\n%q", s.text())
		return -1
	}
}

func TestPrompt(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"password", "password=-"} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			w, s := newWorld(t), newScreen(t)
			code := s.start(t.Context(), w, "schedulers", "create", "memory", "s", "--host", "h", "--secret", flag)
			s.see("password: ")
			s.typed(canary + "\r")
			s.see("scheduler s is saved")
			if c := s.end(code); c != exitOK {
				t.Errorf("exit code %d", c)
			}
			w.spotless(result{out: s.text()})
		})
	}
}

func TestPromptAbandoned(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t), newScreen(t)
	code := s.start(t.Context(), w, "schedulers", "create", "memory", "s", "--host", "h", "--secret", "password")
	s.see("password: ")
	s.typed(canary[:3] + "\x03")
	s.see("oceanid: interrupted")
	if c := s.end(code); c != 130 {
		t.Errorf("exit code %d", c)
	}
	if r := w.run("schedulers", "show", "s"); r.code != exitNotFound {
		t.Errorf("it was saved: %s", r.out)
	}
}

func TestLiveLine(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t), newScreen(t)
	w.env["TERM"] = "xterm"
	code := s.start(t.Context(), w, "jobs", "submit", "filed", "--name", "fl\x1b[2Jood", "--array", "4", "--wait", "--", "run")
	if c := s.end(code); c != exitInvalid {
		t.Errorf("a name with control characters: exit code %d", c)
	}
	code = s.start(t.Context(), w, "jobs", "submit", "filed", "--name", "flood", "--array", "4", "--wait", "--", "run")
	s.see("\r")
	s.see("\x1b[36mrunning\x1b[0m [....................] 0/4 (4 running)")
	job := w.pool.submitted(t, "run")
	w.must("jobs", "cancel", job.Token)
	s.see("\x1b[33mcancelled\x1b[0m [####################] 4/4 (4 cancelled)")
	if c := s.end(code); c != exitJobCancelled {
		t.Errorf("exit code %d", c)
	}
}

func TestColours(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"terminal":      {map[string]string{"TERM": "xterm"}, true},
		"NO_COLOR":      {map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, false},
		"dumb terminal": {map[string]string{"TERM": "dumb"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := newWorld(t), newScreen(t)
			w.env = c.env
			s.end(s.start(t.Context(), w, "schedulers", "list"))
			s.see("filed")
			if got := strings.Contains(s.text(), "\x1b["); got != c.want {
				t.Errorf("colours: %v\n%q", got, s.text())
			}
		})
	}
}

func TestLogsOnTerminal(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t), newScreen(t)
	id := w.must("jobs", "submit", "filed", "--", "succeed")
	s.end(s.start(t.Context(), w, "jobs", "logs", id))
	s.see("stdout of task 0\r\nthe \x1b[1mend\x1b[0m")
}
