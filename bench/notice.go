package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// noticeRows measure how soon an end is known.
func noticeRows() []row {
	return []row{{name: "condor: end to handler, p95", peer: "the event log itself", goal: 3, most: 500, rounds: 3, unit: "ms", figures: func(ctx context.Context) (ours, peer sample, stop func(), err error) {
		p, err := startPool(ctx, lab.Options{Condor: true, SSH: true, Slots: 8}, nil)
		if err != nil {
			return nil, nil, nil, err
		}
		w := &ends{pool: p, handled: map[string]time.Time{}, logged: map[string]time.Time{}}
		if err := w.watch(ctx); err != nil {
			p.stop()
			return nil, nil, nil, err
		}
		// Both sides are about the same jobs.
		var raw float64
		ours = func(ctx context.Context) (lag float64, err error) { lag, raw, err = w.round(ctx, 24); return lag, err }
		return ours, func(context.Context) (float64, error) { return raw, nil }, func() { w.quiet(); p.stop() }, nil
	}}}
}

// ends notes when the end of each job was written into the pool's event log, and when the portal's handler was called.
type ends struct {
	*pool
	tail    *exec.Cmd
	end     io.Closer // of its standard input, by which it ends
	reading sync.WaitGroup

	mu      sync.Mutex
	handled map[string]time.Time // by the job
	logged  map[string]time.Time // by the pool's identifier
}

// watch begins to hear both.
func (e *ends) watch(ctx context.Context) error {
	err := e.host.OnEvent("bench", host.HandlerOptions{}, func(_ context.Context, ev host.Event) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.handled[ev.Job] = time.Now()
		return nil
	})
	if err != nil {
		return err
	}
	// The first job makes the log.
	if _, _, err := e.run(ctx, 1); err != nil {
		return err
	}
	// The lab runs it in a process below this one: a signal to this one would leave it, and its output open.
	e.tail = e.lab.Command(ctx, "ben", "sh", "-c", `tail -n +1 -s 0.002 -F "$HOME"/.oceanid/events/*.log </dev/null & cat >/dev/null; kill $!`)
	in, err := e.tail.StdinPipe()
	if err != nil {
		return err
	}
	out, err := e.tail.StdoutPipe()
	if err != nil {
		return err
	}
	if err := e.tail.Start(); err != nil {
		return err
	}
	e.end = in
	e.reading.Go(func() { e.read(out) })
	return nil
}

// quiet ends the hearing of the log.
func (e *ends) quiet() {
	e.end.Close()
	e.reading.Wait()
	e.tail.Wait()
}

// read notes the events 005, of a job that has ended: "005 (CLUSTER.PROC.000) …".
func (e *ends) read(log io.Reader) {
	for lines := bufio.NewScanner(log); lines.Scan(); {
		rest, ended := strings.CutPrefix(lines.Text(), "005 (")
		if !ended {
			continue
		}
		part := strings.SplitN(rest, ".", 3)
		if len(part) < 3 {
			continue
		}
		e.mu.Lock()
		e.logged[poolName(part[0], part[1])] = time.Now()
		e.mu.Unlock()
	}
}

func poolName(cluster, process string) string {
	return strings.TrimLeft(cluster, "0") + "." + strconv.Itoa(number(process))
}

func number(text string) int {
	n, _ := strconv.Atoi(text) // of digits, which the pool wrote
	return n
}

// run lets n jobs end, each of which tells the moment, and gives these by the job.
func (e *ends) run(ctx context.Context, n int) (jobs map[string]*host.Job, moments map[string]time.Time, err error) {
	jobs, moments = map[string]*host.Job{}, map[string]time.Time{}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	for i := range n {
		g.Go(func() error {
			job, err := e.on.Submit(ctx, scheduler.Job{Command: "sh", Args: []string{"-c", "sleep $0; date +%s.%N", fmt.Sprintf("1.%d", i)}})
			if err != nil {
				return err
			}
			if job, err = job.Wait(ctx); err != nil {
				return err
			}
			var said bytes.Buffer
			if err := job.Logs(ctx, scheduler.LogOptions{}, &said); err != nil {
				return err
			}
			seconds, err := strconv.ParseFloat(strings.TrimSpace(said.String()), 64)
			if err != nil {
				return fmt.Errorf("job %s is %s (%s) and said %q", job.ID, job.State, job.Reason, &said)
			}
			mu.Lock()
			defer mu.Unlock()
			jobs[job.ID], moments[job.ID] = job, time.UnixMicro(int64(seconds*1e6))
			return nil
		})
	}
	return jobs, moments, g.Wait()
}

// round gives the 95th percentiles of how long after the end of n jobs our handler was called, and the event stood in the log.
func (e *ends) round(ctx context.Context, n int) (ours, raw float64, err error) {
	jobs, moments, err := e.run(ctx, n)
	if err != nil {
		return 0, 0, err
	}
	var handled, logged []time.Duration
	for deadline := time.Now().Add(10 * time.Second); len(handled) < n; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			return 0, 0, errors.New("the handler was not called, or the log has no end, for all jobs within 10 s")
		}
		handled, logged = nil, nil
		e.mu.Lock()
		for id, job := range jobs {
			name := string(job.PoolID)
			if !strings.Contains(name, ".") {
				name += ".0"
			}
			at, ok := e.handled[id]
			if written, too := e.logged[name]; ok && too {
				handled, logged = append(handled, at.Sub(moments[id])), append(logged, written.Sub(moments[id]))
			}
		}
		e.mu.Unlock()
	}
	return percentile(handled, 95), percentile(logged, 95), nil
}
