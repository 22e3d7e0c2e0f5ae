package follow

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/feed"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The times of a follower.
const (
	// gather is how long news is collected before it is written in one step, full how much of it is enough.
	gather = 50 * time.Millisecond
	full   = 500
	// idle is how long a follower without a job stays.
	idle = 30 * time.Second
	// audit is how often the pool is asked about everything although its events are followed: events can get lost.
	audit = 5 * time.Minute
	// chores is how often a follower looks at what is due.
	chores = time.Second
	// again is the least pause between two requests to cancel the same job, or two questions about a missing one.
	again = 10 * time.Second
)

// errGap ends a follower that must begin anew: what it was told in the store's stream does not go on where it was.
var errGap = errors.New("the stream of events does not go on where its follower was")

// follower follows one scheduler under its lease. Everything in it belongs to the goroutine of run, but for pulse.
type follower struct {
	store   *store.Store
	feed    *feed.Feed
	submits *Submitter
	driver  Driver
	lease   store.Lease
	rules   Ruling
	log     hclog.Logger
	pulse   pulse
	// wentBack tells whether the store may have lost something since it was last asked.
	wentBack func(ctx context.Context) bool
	looked   time.Time

	jobs  map[string]*ledger // those that have not ended, by ID
	over  past               // what was looked at besides: jobs that have ended, and names that are no job's
	moved int                // how often a job has moved
	tick  int                // the clock by which questions and news are put in order: later than every question

	intents agenda // pending jobs, by when they may be submitted
	due     agenda // jobs for which something else is to be done
	doubt   bool   // the pool may have jobs that the store has lost
	adopted time.Time
	doubted time.Time // since when
	// withheld are jobs of which the end was told while there may be a later run of them.
	withheld map[string]bool
	strays   []scheduler.Ref // jobs at the pool that are not to be there
	strayed  time.Time       // when they were last cancelled

	working    map[string]bool // submissions (true) and other work under way
	done       chan finished   // tells that some has ended
	unfit      chan error      // why this process cannot follow for a while, though others may
	workers    int             // how many are under way
	submitting int             // how many of them submit
	incoming   chan news
}

// run follows until ctx is done, the lease is lost (fault.Conflict), the store has lost its place (errGap), or there has been nothing to follow for a
// while (nil), or the driver that this process has is of no use for longer than a lease lasts (what the driver, or who watches over it, says).
func (f *follower) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	seen, err := f.store.LastEvent(ctx, f.lease.UID)
	if err == nil {
		err = f.loadActive(ctx)
	}
	if err == nil {
		err = f.loadHealth(ctx, time.Now())
	}
	if err != nil {
		stop()
		return err
	}
	f.done = make(chan finished)
	f.incoming = make(chan news)
	f.unfit = make(chan error, 1)
	f.doubt = true
	changes := make(chan []store.Event)
	gone := make(chan struct{}, 2)
	go func() { listen(ctx, f); gone <- struct{}{} }()
	go func() { tail(ctx, f.feed, f.lease.UID, seen, changes); gone <- struct{}{} }()
	defer func() {
		stop()
		for left := 2 + f.workers; left > 0; left-- {
			select {
			case <-gone:
			case <-f.done:
			}
		}
	}()
	return f.loop(ctx, changes)
}

func (f *follower) loop(ctx context.Context, changes <-chan []store.Event) error {
	work := time.NewTicker(chores)
	defer work.Stop()
	var batch []news
	var flush <-chan time.Time
	size := 0
	busy := time.Now()
	f.chores(ctx, time.Now())
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-f.unfit:
			return err
		case n := <-f.incoming:
			batch = append(batch, n)
			if flush == nil {
				flush = time.After(gather)
			}
			if size += max(len(n.statuses), 1); size < full && n.answer == nil {
				continue
			}
		case <-flush:
		case events, ok := <-changes:
			if !ok {
				return errGap
			}
			if err := f.heard(ctx, events); err != nil {
				return err
			}
			f.chores(ctx, time.Now())
			continue
		case w := <-f.done:
			f.worked(w, time.Now())
			if w.back {
				return errGap
			}
			f.chores(ctx, time.Now())
			continue
		case now := <-work.C:
			f.chores(ctx, now)
			if err := f.tellHealth(ctx, now); err != nil {
				return err
			}
			if len(f.jobs) > 0 || f.workers > 0 || f.doubt || len(f.strays) > 0 {
				busy = now
			} else if now.Sub(busy) > idle {
				return nil
			}
			continue
		}
		if err := f.write(ctx, batch); err != nil {
			return err
		}
		batch, flush, size = nil, nil, 0
	}
}

// loadActive reads the jobs that have not ended.
func (f *follower) loadActive(ctx context.Context) error {
	f.jobs, f.intents, f.due = map[string]*ledger{}, agenda{}, agenda{}
	const page = 1000
	for after := ""; ; {
		jobs, err := f.store.Active(ctx, f.lease.UID, after, page)
		if err != nil {
			return err
		}
		for _, j := range jobs {
			f.keep(newLedger(j))
			after = j.ID
		}
		if len(jobs) < page {
			return nil
		}
	}
}

// keep takes the ledger of a job that has not ended in; drop forgets one.
func (f *follower) keep(l *ledger) {
	f.jobs[l.id] = l
	f.over.forget(l.id)
	f.plan(l)
}

func (f *follower) drop(id string) {
	delete(f.jobs, id)
	f.intents.drop(id)
	f.due.drop(id)
}

// ledger gives the ledger of a job, with its tasks' states, or nil where there is no such job.
func (f *follower) ledger(ctx context.Context, id string) (*ledger, error) {
	for {
		l, known := f.look(id)
		if !known {
			// A job so new that nobody told us yet, one that has ended long ago, or somebody else's.
			if uid, ok := store.JobScheduler(id); !ok || uid != f.lease.UID {
				return nil, nil
			}
			if err := f.reload(ctx, id); err != nil {
				return nil, err
			}
			l, _ = f.look(id)
		}
		if l == nil || l.states != nil || l.alike() {
			return l, nil
		}
		states, revision, err := f.store.TaskStates(ctx, id)
		if err != nil && !errors.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil && revision == l.revision {
			l.stand(states)
			return l, nil
		}
		f.drop(id)
		f.over.forget(id)
	}
}

// look finds what is known about a job; nil and true: that it is none.
func (f *follower) look(id string) (l *ledger, known bool) {
	if l := f.jobs[id]; l != nil {
		return l, true
	}
	return f.over.get(id)
}

// question gives the time of a question that is put now.
func (f *follower) question() (asked int) {
	f.tick++
	return f.tick - 1
}

// refs are the jobs that the pool can be asked about.
func (f *follower) refs() []scheduler.Ref {
	var refs []scheduler.Ref
	for _, l := range f.jobs {
		if l.status.Native != "" {
			refs = append(refs, l.ref())
		}
	}
	return refs
}
