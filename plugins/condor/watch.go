package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// watchJobs follows the one event log of all jobs. It costs the schedd nothing, and the network what is new.
//
// HTCondor can lose events without a word (a full disk, a log that somebody removed): the host should ask Query now and then.
//
// What it tells goes through flows, which tell what is a workflow's.
func (d *driver) watchJobs(ctx context.Context, from scheduler.Cursor, flows *flows) error {
	p, err := d.at(ctx)
	if err != nil {
		return err
	}
	w := &watch{driver: d, place: p, at: parseCursor(from), flows: flows, unmade: newUnmade(d, flows), yield: flows.pass}
	asking, stop := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		stop(w.unmade.run(asking))
	}()
	defer func() { stop(nil); <-ended }()
	for {
		err := w.follow(asking)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if asking.Err() != nil {
			return context.Cause(asking)
		}
		if !errors.Is(err, errAnotherLog) {
			return err
		}
		d.log.Warn("the event log was replaced or cut short", "log", p.log(), "cause", err)
	}
}

// position is a place in the event log.
type position struct {
	// log is its identity; "": whatever there is, from the beginning.
	log    string
	offset int64
}

func (p position) cursor() scheduler.Cursor {
	return scheduler.Cursor(fmt.Sprintf("1 %s %s %d", generation, p.log, p.offset))
}

// parseCursor reads a cursor. One that is none of this driver's, or of an earlier generation, is of a log that is gone: whatever there is now is another one.
func parseCursor(c scheduler.Cursor) (p position) {
	if c == "" {
		return p
	}
	var version int
	var gen string
	if n, _ := fmt.Sscan(string(c), &version, &gen, &p.log, &p.offset); n != 4 || version != 1 || p.offset < 0 || gen != generation {
		return position{log: "gone"}
	}
	return p
}

// watch is one call of Watch.
type watch struct {
	driver *driver
	place  *place
	at     position
	flows  *flows
	unmade *unmade
	yield  func(scheduler.Event) error
}

// errAnotherLog is what tail says when the log under its name is not the one that it reads any more.
var errAnotherLog = errors.New("the log was replaced or cut short")

var anotherLog = regexp.MustCompile(`truncated|has been replaced|has become inaccessible|has appeared`)

// follow follows the log until it is replaced, ctx is done, the connection ends, or yield has had enough.
func (w *watch) follow(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r, out := io.Pipe()
	complaints := writerFunc(func(b []byte) {
		if anotherLog.Match(b) {
			stop(fmt.Errorf("%w: %s", errAnotherLog, strings.TrimSpace(string(b))))
		}
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := w.driver.tail(ctx, w.at, out, complaints)
		if err == nil {
			err = fault.Unavailable.New("%s: the following of the event log has ended", w.driver.point)
		}
		out.CloseWithError(err)
	}()
	err := w.read(ctx, bufio.NewReader(r))
	stop(err)
	// The end of the pipe ends what waits to write into it.
	r.CloseWithError(io.ErrClosedPipe)
	<-ended
	if cause := context.Cause(ctx); errors.Is(cause, errAnotherLog) {
		return cause
	}
	return err
}

// read reads what follow.sh prints.
func (w *watch) read(ctx context.Context, r *bufio.Reader) error {
	if _, err := skipTo(r, "log"); err != nil {
		return err
	}
	line, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	var now position
	if n, _ := fmt.Sscan(line, &now.log, &now.offset); n != 2 {
		return fault.Unavailable.New("%s: the event log's place is %q", w.driver.point, line)
	}
	if w.at.log != "" && w.at != now {
		why := "the event log was replaced"
		if w.at.log == now.log {
			why = "the event log was cut short"
		}
		if err := w.yield(scheduler.Event{Cursor: now.cursor(), Reset: why}); err != nil {
			return err
		}
	}
	w.at = now
	events := eventlog.NewReader(r, now.offset, w.place.zone)
	for {
		e, err := events.Next()
		if err != nil {
			return err
		}
		if err := w.tell(ctx, e); err != nil {
			return err
		}
	}
}

// tell tells the host what an event says.
func (w *watch) tell(ctx context.Context, e eventlog.Event) error {
	w.at.offset = e.End
	if e.Gap {
		if err := w.yield(scheduler.Event{Cursor: w.at.cursor(), Reset: "a part of the event log cannot be read"}); err != nil {
			return err
		}
	}
	if e.Code == eventlog.Submit || e.Code == eventlog.ClusterSubmit {
		for _, note := range e.Notes() {
			if token, tasks, ok := description.ParseNote(note); ok {
				w.driver.index.note(numberOf(e.Cluster, e.Proc, tasks), token, tasks)
			}
		}
	}
	if mine, err := w.flows.tell(ctx, e, w.at.cursor()); mine || err != nil {
		return err
	}
	// What tells nothing needs no owner.
	if _, ok := news(e, owner{tasks: 1}); !ok && !aboutFactory(e.Code) {
		return nil
	}
	o, known, err := w.driver.index.of(ctx, e.Cluster, e.Proc)
	if err != nil {
		return err
	}
	if !known {
		w.driver.log.Debug("the event log tells of a job that nobody submitted through Oceanid", "cluster", e.Cluster)
		return nil
	}
	if e.Code == eventlog.FactoryPaused || e.Code == eventlog.FactoryResumed {
		w.unmade.ask(e, o)
		return nil
	}
	w.unmade.made(e)
	s, ok := news(e, o)
	if !ok {
		return nil
	}
	return w.yield(scheduler.Event{Status: w.flows.slots.at(e, s), Cursor: w.at.cursor()})
}

// tail prints the log from a position on, until ctx is done.
func (d *driver) tail(ctx context.Context, from position, out, complaints io.Writer) error {
	return d.run(ctx, script{
		name: "follow the event log", file: "follow", lasting: true, stderr: complaints,
		call: words("follow", from.log, fmt.Sprint(from.offset)),
	}, out)
}

// writerFunc is a writer that cannot fail.
type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) {
	f(b)
	return len(b), nil
}
