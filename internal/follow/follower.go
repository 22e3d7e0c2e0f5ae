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
	// chores is how often pending jobs and unheard cancellations are looked at.
	chores = time.Second
	// again is the least pause between two requests to cancel the same job.
	again = 10 * time.Second
)

// crowd is how many intents a follower hands to the pool at once: when a pool comes back after hours, thousands may wait for it.
const crowd = 16

// follower follows one scheduler under its lease. Everything in it belongs to the goroutine of run.
type follower struct {
	store   *store.Store
	feed    *feed.Feed
	submits *Submitter
	driver  Driver
	lease   store.Lease
	log     hclog.Logger

	jobs       map[string]*ledger // those that have not ended, by ID
	due        map[string]bool    // those of them that chores may have to act for
	moved      int                // commits that changed something
	cancelled  map[string]time.Time
	working    map[string]bool // submissions (true) and cancellations under way
	done       chan string     // tells that one has ended
	workers    int             // how many are under way
	submitting int             // how many of them submit
}

// run follows until ctx is done, the lease is lost (fault.Conflict), or there has been nothing to follow for a while (nil).
func (f *follower) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	seen, err := f.store.LastEvent(ctx, f.lease.UID)
	if err == nil {
		err = f.loadActive(ctx)
	}
	if err != nil {
		stop()
		return err
	}
	f.done = make(chan string)
	news := make(chan news)
	changes := make(chan []store.Event)
	gone := make(chan struct{}, 2)
	go func() { listen(ctx, f, news); gone <- struct{}{} }()
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
	return f.loop(ctx, news, changes)
}

func (f *follower) loop(ctx context.Context, incoming <-chan news, changes <-chan []store.Event) error {
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
		case n := <-incoming:
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
				return fault.Conflict.New("the stream of events was trimmed past its follower")
			}
			if err := f.heard(ctx, events); err != nil {
				return err
			}
			f.chores(ctx, time.Now())
			continue
		case id := <-f.done:
			f.worked(id)
			continue
		case now := <-work.C:
			f.chores(ctx, now)
			if len(f.jobs) > 0 {
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
	f.jobs, f.due = map[string]*ledger{}, map[string]bool{}
	const page = 500
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

// keep takes a ledger in, drop forgets one.
func (f *follower) keep(l *ledger) {
	f.jobs[l.id] = l
	if l.status.State == scheduler.Pending || !l.status.CancelRequested.IsZero() {
		f.due[l.id] = true
	} else {
		delete(f.due, l.id)
	}
}

func (f *follower) drop(id string) {
	delete(f.jobs, id)
	delete(f.due, id)
	delete(f.cancelled, id)
}

func newLedger(j store.Job) *ledger {
	return &ledger{id: j.ID, revision: j.Revision, tasks: j.Spec.Tasks(), status: j.Status}
}

// heard keeps up with what others wrote: new jobs, submissions, cancellations.
func (f *follower) heard(ctx context.Context, events []store.Event) error {
	for _, e := range events {
		l := f.jobs[e.Job]
		if l != nil && l.revision >= e.Revision || l == nil && e.State.Terminal() {
			continue
		}
		if err := f.reload(ctx, e.Job); err != nil {
			return err
		}
	}
	return nil
}

// reload reads one job's record again.
func (f *follower) reload(ctx context.Context, id string) error {
	job, err := f.store.Job(ctx, id)
	if errors.Is(err, fault.NotFound) {
		f.drop(id)
		return nil
	}
	if err != nil {
		return err
	}
	if job.Status.State.Terminal() {
		f.drop(id)
		return nil
	}
	fresh := newLedger(job)
	if old := f.jobs[id]; old != nil && old.revision == fresh.revision {
		return nil
	}
	f.keep(fresh)
	return nil
}

// write works a batch of news into the ledgers and commits it with the cursor that it ends at.
func (f *follower) write(ctx context.Context, batch []news) error {
	var cursor *scheduler.Cursor
	byJob := map[string][]scheduler.Status{}
	var order []string
	for _, n := range batch {
		if n.cursor != nil {
			cursor = n.cursor
		}
		for _, s := range n.statuses {
			if byJob[s.Token] == nil {
				order = append(order, s.Token)
			}
			byJob[s.Token] = append(byJob[s.Token], s)
		}
	}
	err := f.commit(ctx, order, byJob, cursor)
	for _, n := range batch {
		if n.answer != nil {
			n.answer <- standing{f.refs(), f.moved}
		}
	}
	return err
}

func (f *follower) commit(ctx context.Context, order []string, byJob map[string][]scheduler.Status, cursor *scheduler.Cursor) error {
	for len(order) > 0 || cursor != nil {
		now := time.Now()
		b := store.Batch{Fence: f.lease.Fence, Cursor: cursor, Time: now}
		thought := map[string]*ledger{}
		for _, id := range order {
			l, err := f.ledger(ctx, id)
			if err != nil {
				return err
			}
			if l == nil {
				continue // not one of ours, or ended already
			}
			next := l.clone()
			native := next.status.Native
			changes := advance(next, byJob[id], now)
			if len(changes) == 0 && native == next.status.Native {
				continue
			}
			thought[id] = next
			b.Changes = append(b.Changes, store.Change{JobID: id, ExpectRevision: l.revision, Status: next.status, Tasks: changes})
		}
		if len(b.Changes) == 0 && cursor == nil {
			return nil
		}
		conflicts, err := f.store.Commit(ctx, f.lease.UID, b)
		if err != nil {
			return err
		}
		if order = conflicts; len(conflicts) == 0 {
			cursor = nil
		}
		for _, id := range conflicts {
			delete(thought, id)
			f.drop(id)
			if err := f.reload(ctx, id); err != nil {
				return err
			}
		}
		for id, l := range thought {
			l.revision++
			f.moved++
			if l.status.State.Terminal() {
				f.drop(id)
			} else {
				f.keep(l)
			}
		}
	}
	return nil
}

// ledger gives the ledger of a job that has not ended, with its tasks' states, or nil.
func (f *follower) ledger(ctx context.Context, id string) (*ledger, error) {
	l := f.jobs[id]
	if l == nil {
		// A job so new that nobody told us yet, or somebody else's.
		if uid, ok := store.JobScheduler(id); !ok || uid != f.lease.UID {
			return nil, nil
		}
		if err := f.reload(ctx, id); err != nil {
			return nil, err
		}
		if l = f.jobs[id]; l == nil {
			return nil, nil
		}
	}
	for l.states == nil {
		states, revision, err := f.store.TaskStates(ctx, id)
		if errors.Is(err, fault.NotFound) {
			f.drop(id)
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if revision == l.revision {
			l.states = states
			break
		}
		f.drop(id)
		if err := f.reload(ctx, id); err != nil {
			return nil, err
		}
		if l = f.jobs[id]; l == nil {
			return nil, nil
		}
	}
	return l, nil
}

// refs are the jobs that the pool can be asked about.
func (f *follower) refs() []scheduler.Ref {
	var refs []scheduler.Ref
	for _, l := range f.jobs {
		if l.status.Native != "" {
			refs = append(refs, scheduler.Ref{ID: l.status.Native, Token: l.id, Tasks: l.tasks})
		}
	}
	return refs
}
