package web

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestTailReadsOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{output: map[scheduler.LogStream]string{scheduler.Stdout: "one\n"}}
		s := &site{source: f, tails: newShared[tail](tailEvery)}
		job, task := someJob("j1"), host.Task{State: scheduler.Running}
		look := func() tail {
			time.Sleep(tailEvery)
			out, _ := s.taskTails(t.Context(), job, task)
			return out
		}
		if got := look().Text(); got != "one\n" {
			t.Errorf("got %q", got)
		}
		f.change(func() { f.output[scheduler.Stdout] += "two\n" })
		s.taskTails(t.Context(), job, task)
		if got := look().Text(); got != "one\ntwo\n" {
			t.Errorf("got %q", got)
		}
		f.change(func() { f.output[scheduler.Stdout] += strings.Repeat("x", 3*tailKept) + "end" })
		long := look()
		if got := long.Text(); len(got) != tailKept || !strings.HasSuffix(got, "xend") || !long.Cut() {
			t.Errorf("%d bytes, cut: %v", len(got), long.Cut())
		}

		asked := f.count("logs")
		for range 10 {
			s.taskTails(t.Context(), job, task)
		}
		if n := f.count("logs"); n != asked {
			t.Errorf("ten looks at once asked the pool %d times", n-asked)
		}

		task.State = scheduler.Succeeded
		look()
		asked = f.count("logs")
		look()
		if n := f.count("logs"); n != asked {
			t.Error("the pool was asked about an output that is complete")
		}
	})
}

func TestTailOfPoolInTrouble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{noLogs: fault.Unavailable.New("pool.example.org:22 does not answer")}
		s := &site{source: f, tails: newShared[tail](tailEvery)}
		out, _ := s.taskTails(t.Context(), someJob("j1"), host.Task{})
		if !strings.Contains(out.Trouble, "pool.example.org:22 does not answer") {
			t.Errorf("got %q", out.Trouble)
		}
		asked := f.count("logs")
		time.Sleep(2 * tailEvery)
		s.taskTails(t.Context(), someJob("j1"), host.Task{})
		if f.count("logs") != asked {
			t.Error("a pool that does not answer was asked again at once")
		}
		f.change(func() { f.noLogs, f.output = nil, map[scheduler.LogStream]string{scheduler.Stdout: "here"} })
		time.Sleep(tailRetry)
		if out, _ = s.taskTails(t.Context(), someJob("j1"), host.Task{}); out.Text() != "here" || out.Trouble != "" {
			t.Errorf("after the trouble: %q, %q", out.Text(), out.Trouble)
		}

		f.change(func() { f.noLogs = fault.Unsupported.New("no logs") })
		if out, _ = s.taskTails(t.Context(), someJob("j2"), host.Task{}); !strings.Contains(out.Trouble, "does not show what a task writes") {
			t.Errorf("got %q", out.Trouble)
		}
	})
}

// An output of gigabytes is not read in one go.
func TestTailStopsWhenItHasEnough(t *testing.T) {
	t.Parallel()
	f := &fake{output: map[scheduler.LogStream]string{scheduler.Stdout: ""}}
	s := &site{source: chunked{f}, tails: newShared[tail](tailEvery)}
	out := s.tail(t.Context(), someJob("j1"), host.Task{State: scheduler.Succeeded}, scheduler.Stdout)
	if out.offset != tailRead || out.done || out.Trouble != "" || len(out.end) != tailKept {
		t.Errorf("read %d bytes, done %v, kept %d, %q", out.offset, out.done, len(out.end), out.Trouble)
	}
}

// chunked is a pool whose outputs never end.
type chunked struct{ *fake }

func (chunked) logs(_ context.Context, _ *host.Job, _ scheduler.LogOptions, w io.Writer) error {
	for {
		if _, err := w.Write(make([]byte, 64<<10)); err != nil {
			return fault.Internal.New("logs: %w", err)
		}
	}
}
