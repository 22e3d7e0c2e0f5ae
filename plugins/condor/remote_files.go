package main

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What a task has left waits at the schedd, for at most ten days, until somebody asks for it. Then it comes into the job's folder, where it is as an access
// point would have it, and is read there.

// Download fetches what has ended, and then unpacks it.
func (r *remote) Download(ctx context.Context, ref scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	if err := r.fetch(ctx, ref, q.Tasks); err != nil {
		return err
	}
	return r.driver.downloadJob(ctx, ref, q, yield)
}

// mostChosen is up to how many tasks of an array are fetched by themselves.
const mostChosen = 100

// fetch brings what the tasks have left; without tasks, all of them.
func (r *remote) fetch(ctx context.Context, ref scheduler.Ref, tasks []int) error {
	if !scheduler.ValidToken(ref.Token) {
		return fault.Invalid.New("job %s: %q is no token", ref.ID, ref.Token)
	}
	p, err := r.at(ctx)
	if err != nil {
		return err
	}
	kept, err := r.facts(ctx, p, ref)
	if err != nil {
		return err
	}
	which := "true"
	if kept.Tasks > 1 && len(tasks) > 0 && len(tasks) <= mostChosen {
		var terms []string
		for _, task := range slices.Compact(slices.Sorted(slices.Values(tasks))) {
			terms = append(terms, fmt.Sprintf("ProcId == %d", task))
		}
		which = strings.Join(terms, " || ")
	}
	_, err = r.ask(ctx, script{name: "condor_transfer_data", file: "fetch", call: words("fetch", ref.Token, fmt.Sprint(kept.Tasks), which), bulk: true})
	return err
}

const (
	// mostPeeked is how much of the output of a task that runs is shown: each look at it brings all of it. The rest comes when the task has ended.
	mostPeeked = 16 << 20
	peekEvery  = 2 * time.Second
)

// Logs shows what a task that runs has written so far by condor_tail, where the pool lets it; of a task that has ended, all of it.
func (r *remote) Logs(ctx context.Context, ref scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	suffix, stream := ".out", []string(nil)
	switch o.Stream {
	case scheduler.Stdout, "":
	case scheduler.Stderr:
		suffix, stream = ".err", []string{"-stderr"}
	default:
		return fault.Invalid.New("log stream %q: it is stdout or stderr", o.Stream)
	}
	if o.Offset < 0 {
		return fault.Invalid.New("offset %d is negative", o.Offset)
	}
	p, err := r.at(ctx)
	if err != nil {
		return err
	}
	kept, err := r.facts(ctx, p, ref)
	if err != nil {
		return err
	}
	if err := kept.hasTask(ref.Token, o.Task); err != nil {
		return err
	}
	ref.Tasks = kept.Tasks
	seen := &from{at: o.Offset, w: w}
	for {
		state, id, err := r.stateOf(ctx, ref, o.Task)
		if err != nil {
			return err
		}
		if state.Terminal() {
			if err := r.fetch(ctx, ref, []int{o.Task}); err != nil {
				return err
			}
			log := output{point: r.point, path: path.Join(p.job(ref.Token), description.LogDir, fmt.Sprint(o.Task, suffix)), offset: seen.at}
			defer log.close()
			return log.copy(ctx, w)
		}
		if state == scheduler.Running && id != "" {
			seen.skip = seen.at
			call := append([]string{"peek", id, fmt.Sprint(mostPeeked)}, stream...)
			if err := r.peek(ctx, ref, o.Task, script{name: "condor_tail", file: "fetch", call: words(call...), bulk: true}, seen); err != nil {
				return err
			}
		}
		if !o.Follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(peekEvery):
		}
	}
}

// peek looks once at what a task that runs has written. condor_tail goes on waiting for one that ends meanwhile; this does not.
func (r *remote) peek(ctx context.Context, ref scheduler.Ref, task int, s script, w io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	peeked := make(chan error, 1)
	go func() { peeked <- r.run(ctx, s, w) }()
	tick := time.NewTicker(peekEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-peeked:
			return err
		case <-tick.C:
		}
		if state, _, err := r.stateOf(ctx, ref, task); err == nil && state != scheduler.Running {
			stop()
			<-peeked
			return nil
		}
	}
}

// stateOf is where the task stands, and the schedd's number of its process.
func (r *remote) stateOf(ctx context.Context, ref scheduler.Ref, task int) (state scheduler.State, id string, err error) {
	err = r.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
		if s.Task <= task && task < s.Task+max(s.Count, 1) {
			state = s.State
			if n, err := parseNumber(s.ID, ref.Tasks); err == nil {
				id = string(number{n.cluster, max(n.proc, 0) + task}.id())
			}
		}
		return nil
	})
	return state, id, err
}

// from is a writer that leaves out what was written before. Where it is given as much as can be peeked at, it is not known where that begins.
type from struct {
	at, skip int64
	w        io.Writer
}

func (f *from) Write(b []byte) (int, error) {
	n := len(b)
	if cut := min(f.skip, int64(n)); cut > 0 {
		f.skip, b = f.skip-cut, b[cut:]
	}
	if room := mostPeeked - f.at; int64(len(b)) >= room {
		b = b[:max(room-1, 0)]
	}
	if len(b) == 0 {
		return n, nil
	}
	written, err := f.w.Write(b)
	f.at += int64(written)
	if err != nil {
		return written, err
	}
	return n, nil
}
