package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Reading an output costs the pool something: so often at most, or so seldom where it does not answer; so long and so much in one go; and so much of its end
// is kept.
const (
	tailEvery = 4 * time.Second
	tailRetry = 20 * time.Second
	tailTime  = 2 * time.Second
	tailRead  = 4 << 20
	tailKept  = 16 << 10
)

// tail is the end of one of a task's outputs.
type tail struct {
	end       []byte
	offset    int64     // how much of the output was read
	done      bool      // the task has ended and there is no more
	notBefore time.Time // when to look again
	// Trouble is why there is nothing, or nothing new.
	Trouble string
}

// Text is what was written, without what only a terminal understands.
func (t tail) Text() string {
	text := ansi.Strip(strings.ToValidUTF8(string(t.end), "�"))
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		// A progress bar writes over itself: its last word counts.
		line = strings.TrimRight(line, "\r")
		lines[i] = line[strings.LastIndexByte(line, '\r')+1:]
	}
	return strings.Join(lines, "\n")
}

// Cut tells that there was something before.
func (t tail) Cut() bool { return t.offset > int64(len(t.end)) }

// taskTails are the ends of both of a task's outputs.
func (s *site) taskTails(ctx context.Context, j *host.Job, task host.Task) (out, err tail) {
	var both sync.WaitGroup
	both.Go(func() { out = s.tail(ctx, j, task, scheduler.Stdout) })
	both.Go(func() { err = s.tail(ctx, j, task, scheduler.Stderr) })
	both.Wait()
	return out, err
}

// tail reads on in an output, from where an earlier reader stopped.
func (s *site) tail(ctx context.Context, j *host.Job, task host.Task, stream scheduler.LogStream) tail {
	key := fmt.Sprintf("%s/%d/%s", j.ID, task.Index, stream)
	t, err := s.tails.get(ctx, key, func(ctx context.Context, before tail) (tail, error) {
		if before.done || j.PoolID == "" || time.Now().Before(before.notBefore) {
			return before, nil
		}
		return s.readOn(ctx, j, task, stream, before), nil
	})
	if err != nil {
		t.Trouble = "It cannot be shown now: " + fault.Of(err).Error()
	}
	return t
}

func (s *site) readOn(ctx context.Context, j *host.Job, task host.Task, stream scheduler.LogStream, t tail) tail {
	ctx, cancel := context.WithTimeout(ctx, tailTime)
	defer cancel()
	t.Trouble, t.notBefore = "", time.Time{}
	began := t.offset
	reader := &tailReader{tail: &t, left: tailRead}
	err := s.source.logs(ctx, j, scheduler.LogOptions{Task: task.Index, Stream: stream, Offset: began}, reader)
	switch {
	case err == nil:
		t.done = task.State.Terminal()
	case reader.left <= 0 || t.offset > began:
		// The rest comes with the next look.
	case errors.Is(err, fault.Unsupported):
		t.done, t.Trouble = true, "The driver of this scheduler does not show what a task writes."
	default:
		t.Trouble, t.notBefore = "The pool does not show it now: "+err.Error(), time.Now().Add(tailRetry)
	}
	return t
}

// tailReader adds to a tail until it has had enough.
type tailReader struct {
	tail *tail
	left int
}

func (r *tailReader) Write(b []byte) (int, error) {
	if r.left <= 0 {
		return 0, errEnough
	}
	r.left -= len(b)
	r.tail.offset += int64(len(b))
	end := append(r.tail.end[:len(r.tail.end):len(r.tail.end)], b...) // what earlier readers have stays as it is
	r.tail.end = end[max(0, len(end)-tailKept):]
	return len(b), nil
}

var errEnough = errors.New("enough for now")
