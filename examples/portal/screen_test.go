package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func plain(_ style, text string) string { return text }

func TestProgress(t *testing.T) {
	t.Parallel()
	job := &host.Job{Name: "flood", Tasks: 12}
	for name, c := range map[string]struct {
		event     host.Event
		line, bar string
	}{
		"waiting": {
			host.Event{State: scheduler.Pending, Reason: "the pool \x1b[2Jdoes not answer", Counts: map[scheduler.State]int{scheduler.Pending: 12}},
			"12 tasks: 12 pending (the pool does not answer)", strings.Repeat("─", 24),
		},
		"half way": {
			host.Event{State: scheduler.Running, Counts: map[scheduler.State]int{scheduler.Succeeded: 5, scheduler.Failed: 1, scheduler.Running: 2, scheduler.Queued: 4}},
			"12 tasks: 4 queued, 2 running, 5 succeeded, 1 failed", strings.Repeat("━", 12) + strings.Repeat("─", 12),
		},
		"the end": {
			host.Event{State: scheduler.Failed, Reason: "told by the error", Counts: map[scheduler.State]int{scheduler.Failed: 12}},
			"12 tasks: 12 failed", strings.Repeat("━", 24),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := progress(job, c.event, plain); got != c.line {
				t.Errorf("got  %q\nwant %q", got, c.line)
			}
			if got := bar(job, c.event, plain); got != c.bar {
				t.Errorf("got  %q\nwant %q", got, c.bar)
			}
		})
	}
}

// In a pipe each line stands by itself, and what did not change is not said again.
func TestScreenWithoutTerminal(t *testing.T) {
	t.Parallel()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	s := newScreen(out)
	state := "queued"
	s.live(func() string { return state })
	s.change(func() {})
	s.change(func() { state = "running" })
	s.say("the model says \x1b]0;owned\a%s", "hello\r\x00")
	s.close()
	got, err := os.ReadFile(out.Name())
	if want := "queued\nrunning\nthe model says hello\n"; err != nil || string(got) != want {
		t.Errorf("%v\ngot  %q\nwant %q", err, got, want)
	}
}
