package follow

import (
	"context"
	"errors"
	"time"

	"github.com/oceanid/oceanid/internal/feed"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// news is what a follower's loop is told.
type news struct {
	statuses []scheduler.Status
	// answered: they answer a question, that was put at that time of the follower's clock.
	answered bool
	asked    int
	cursor   *scheduler.Cursor
	// reset: the driver could not go on where it was.
	reset bool
	// adopted are jobs that the store has again.
	adopted []string
	// answer asks how the follower stands.
	answer chan standing
}

// standing is what a listener asks its follower for: the jobs that the pool can be asked about, and how often anything has moved.
type standing struct {
	refs  []scheduler.Ref
	moved int
	asked int // the time of a question that is put now
}

// listener hears the pool for one follower, in a goroutine of its own.
type listener struct{ *follower }

// The pace of polling a driver that tells no events: from fast, while things change, to slow.
const (
	fastPoll = time.Second
	slowPoll = 15 * time.Second
)

// listen tells news until ctx is done. It begins with a question about every job: what happened while nobody followed may be in no event.
func listen(ctx context.Context, f *follower) {
	l := listener{f}
	pause := firstRetry
	for ctx.Err() == nil {
		begun := time.Now()
		err := l.hear(ctx)
		if ctx.Err() != nil {
			return
		}
		l.judge(err)
		if unfit(err) {
			f.unfit <- err
			return
		}
		if time.Since(begun) > lastRetry {
			pause = firstRetry
		}
		if makesWay(err) && time.Since(begun) > firstRetry {
			continue
		}
		if err != nil && fault.Blame(err) != fault.Host {
			f.log.Warn("the pool cannot be followed, is tried again", "in", pause, "error", err)
		}
		if !sleep(ctx, pause) {
			return
		}
		pause = min(pause*2, lastRetry)
	}
}

// makesWay tells that the driver's process is to end and that another one is there already, or soon: the pool has nothing to do with it.
func makesWay(err error) bool {
	after, said := fault.RetryAfter(err)
	return said && after == 0 && errors.Is(err, fault.Unavailable) && fault.Blame(err) == fault.Host
}

// unfit tells that the driver of this process is of no use for longer than it takes another process to follow in its place.
func unfit(err error) bool {
	after, said := fault.RetryAfter(err)
	return said && after > leaseTime && fault.Blame(err) == fault.Driver
}

// judge notes what an answer, or an error in its place, tells about the pool: an error that is the host's own tells nothing.
func (l listener) judge(err error) {
	switch {
	case err == nil:
		l.pulse.answers(time.Now())
	case fault.Blame(err) != fault.Host:
		l.pulse.silent(time.Now(), err)
	}
}

func (l listener) hear(ctx context.Context) error {
	if _, err := l.ask(ctx); err != nil {
		return err
	}
	if !l.driver.Watches() {
		return l.poll(ctx)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	audits := make(chan error, 1)
	go func() { audits <- l.audit(ctx) }()
	l.pulse.watch(true)
	err := l.watch(ctx)
	l.pulse.watch(false)
	stop()
	return errors.Join(err, <-audits)
}

// watch follows the driver's events from where the last commit ended.
func (l listener) watch(ctx context.Context) error {
	from, err := l.store.Cursor(ctx, l.lease.UID)
	if err != nil {
		return err
	}
	return l.driver.Watch(ctx, from, func(e scheduler.Event) error {
		if e.Reset != "" {
			l.log.Info("the driver cannot go on where it was, everything is asked", "reason", e.Reset)
			if _, err := l.ask(ctx); err != nil {
				return err
			}
			return l.tell(ctx, news{cursor: &e.Cursor, reset: true})
		}
		return l.tell(ctx, news{statuses: []scheduler.Status{e.Status}, cursor: &e.Cursor})
	})
}

func (l listener) audit(ctx context.Context) error {
	for sleep(ctx, audit) {
		_, err := l.ask(ctx)
		if err != nil && ctx.Err() == nil {
			l.judge(err)
			l.log.Warn("the pool could not be asked about all jobs", "error", err)
		}
	}
	return nil
}

// poll asks about all jobs for ever, seldom while nothing moves.
func (l listener) poll(ctx context.Context) error {
	pause, last := fastPoll, 0
	for sleep(ctx, pause) {
		moved, err := l.ask(ctx)
		if err != nil {
			return err
		}
		if pause = min(pause*2, slowPoll); moved != last {
			pause, last = fastPoll, moved
		}
	}
	return ctx.Err()
}

// ask queries all jobs at once and tells what the pool says. It answers with how often anything had moved before.
func (l listener) ask(ctx context.Context) (moved int, err error) {
	now, err := l.stand(ctx, news{})
	if err != nil {
		return 0, err
	}
	if len(now.refs) == 0 {
		return now.moved, nil
	}
	err = l.query(ctx, now.refs, func(page []scheduler.Status) error {
		return l.tell(ctx, news{statuses: page, answered: true, asked: now.asked})
	})
	if err == nil {
		l.pulse.answers(time.Now())
	}
	return now.moved, err
}

// stand tells news, and asks how the follower stands after it.
func (f *follower) stand(ctx context.Context, n news) (now standing, err error) {
	n.answer = make(chan standing, 1)
	if err := f.tell(ctx, n); err != nil {
		return now, err
	}
	select {
	case now = <-n.answer:
		return now, nil
	case <-ctx.Done():
		return now, ctx.Err()
	}
}

// query asks the pool about jobs, and hands on what it says in pages.
func (f *follower) query(ctx context.Context, refs []scheduler.Ref, hand func([]scheduler.Status) error) error {
	var page []scheduler.Status
	err := f.driver.Query(ctx, scheduler.Query{Jobs: refs}, func(s scheduler.Status) error {
		if page = append(page, s); len(page) < full {
			return nil
		}
		filled := page
		page = nil
		return hand(filled)
	})
	if err == nil && len(page) > 0 {
		err = hand(page)
	}
	return err
}

// tell gives news to the loop.
func (f *follower) tell(ctx context.Context, n news) error {
	select {
	case f.incoming <- n:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tail tells what is written to the scheduler's stream; it closes out when it lost its place, after which the reader must look at everything.
func tail(ctx context.Context, f *feed.Feed, uid string, after store.EventID, out chan<- []store.Event) {
	for ctx.Err() == nil {
		events, err := f.Next(ctx, uid, after)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, fault.Conflict):
			close(out)
			return
		case err != nil:
			if !sleep(ctx, firstRetry) {
				return
			}
			continue
		}
		select {
		case out <- events:
			after = events[len(events)-1].ID
		case <-ctx.Done():
			return
		}
	}
}

// sleep waits; false: ctx was done first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// askOnce queries all jobs and writes what the pool says, without a listener.
func (f *follower) askOnce(ctx context.Context) error {
	refs := f.refs()
	if len(refs) == 0 {
		return nil
	}
	asked := f.question()
	return f.query(ctx, refs, func(page []scheduler.Status) error {
		return f.write(ctx, []news{{statuses: page, answered: true, asked: asked}})
	})
}
