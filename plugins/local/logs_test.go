package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestLogs(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	ref := p.submit(array(shell(`printf "out of %s\n" $OCEANID_TASK_INDEX; printf 'err\0' >&2`), 3))
	p.wait(ref)
	for name, c := range map[string]struct {
		o    scheduler.LogOptions
		want string
	}{
		"nothing said": {scheduler.LogOptions{}, "out of 0\n"},
		"stdout":       {scheduler.LogOptions{Task: 2, Stream: scheduler.Stdout}, "out of 2\n"},
		"stderr":       {scheduler.LogOptions{Task: 1, Stream: scheduler.Stderr}, "err\x00"},
		"offset":       {scheduler.LogOptions{Offset: 4}, "of 0\n"},
		"at the end":   {scheduler.LogOptions{Offset: 9}, ""},
		"after it":     {scheduler.LogOptions{Offset: 1000}, ""},
		"followed":     {scheduler.LogOptions{Offset: 4, Follow: true}, "of 0\n"},
	} {
		var got strings.Builder
		if err := p.Logs(t.Context(), ref, c.o, &got); err != nil || got.String() != c.want {
			t.Errorf("%s: %q, %v", name, got.String(), err)
		}
	}
	for name, c := range map[string]struct {
		ref  scheduler.Ref
		o    scheduler.LogOptions
		kind fault.Kind
	}{
		"unknown job":    {scheduler.Ref{ID: "x"}, scheduler.LogOptions{}, fault.NotFound},
		"no token":       {scheduler.Ref{ID: "../x"}, scheduler.LogOptions{}, fault.NotFound},
		"unknown task":   {ref, scheduler.LogOptions{Task: 3}, fault.NotFound},
		"negative task":  {ref, scheduler.LogOptions{Task: -1}, fault.NotFound},
		"unknown stream": {ref, scheduler.LogOptions{Stream: "../../job.json"}, fault.Invalid},
		"negative":       {ref, scheduler.LogOptions{Offset: -1}, fault.Invalid},
	} {
		if err := p.Logs(t.Context(), c.ref, c.o, io.Discard); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// tap is a buffer that many may use.
type tap struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *tap) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *tap) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestLogsAreFollowed(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	gate := filepath.Join(t.TempDir(), "gate")
	first, second := p.submit(shell(`echo one; until [ -e "$1" ]; do sleep 0.01; done; echo two`, gate)), p.submit(shell("echo later"))
	never := p.submit(shell("exit 0"))
	if err := p.Cancel(t.Context(), []scheduler.Ref{never}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	outs := make([]tap, 3)
	for i, ref := range []scheduler.Ref{first, second, never} {
		all.Go(func() {
			if err := p.Logs(t.Context(), ref, scheduler.LogOptions{Follow: true}, &outs[i]); err != nil {
				t.Error(err)
			}
		})
	}
	eventually(t, "the first line", func() bool { return outs[0].String() == "one\n" })
	if got := p.output(second, 0); got != "" {
		t.Errorf("a task that has not begun wrote %q", got)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := p.Logs(ctx, first, scheduler.LogOptions{Follow: true}, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("followed without a listener: %v", err)
	}
	open(t, gate)
	all.Wait()
	for i, want := range []string{"one\ntwo\n", "later\n", ""} {
		if got := outs[i].String(); got != want {
			t.Errorf("output %d: %q, want %q", i, got, want)
		}
	}
}
