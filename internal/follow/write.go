package follow

import (
	"context"
	"fmt"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// write works a batch of news into the ledgers and commits it with the cursor that it ends at.
func (f *follower) write(ctx context.Context, batch []news) error {
	var cursor *scheduler.Cursor
	byJob := map[string][]report{}
	var order []string
	for _, n := range batch {
		if n.cursor != nil {
			cursor = n.cursor
		}
		if n.reset {
			f.doubt = true
		}
		for _, id := range n.adopted {
			f.over.forget(id)
			if err := f.reload(ctx, id); err != nil {
				return err
			}
		}
		for _, s := range n.statuses {
			id, _, ok := store.JobOfToken(s.Token)
			if !ok {
				continue
			}
			if byJob[id] == nil {
				order = append(order, id)
			}
			byJob[id] = append(byJob[id], report{Status: s, answer: n.answered, asked: n.asked})
		}
	}
	err := f.commit(ctx, order, byJob, cursor)
	for _, n := range batch {
		if n.answer != nil {
			n.answer <- standing{f.refs(), f.moved, f.question()}
		}
	}
	return err
}

// commit writes what news changes, as often as others are faster about some of it. Ledgers move before the store does: where it does not follow, they are
// read again, or given up with the whole follower.
func (f *follower) commit(ctx context.Context, order []string, byJob map[string][]report, cursor *scheduler.Cursor) error {
	for len(order) > 0 || cursor != nil {
		b := store.Batch{Fence: f.lease.Fence, Cursor: cursor, Time: time.Now()}
		var thought []*ledger
		for _, id := range order {
			l, err := f.ledger(ctx, id)
			if err != nil {
				return err
			}
			if l == nil {
				continue
			}
			if change, differs := f.think(l, byJob[id], b.Time); differs {
				thought = append(thought, l)
				b.Changes = append(b.Changes, change)
			}
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
		skipped := make(map[string]bool, len(conflicts))
		for _, id := range conflicts {
			skipped[id] = true
			if err := f.again(ctx, id); err != nil {
				return err
			}
		}
		for i, l := range thought {
			if !skipped[l.id] {
				f.written(ctx, l, b.Changes[i])
			}
		}
	}
	return nil
}

// think works the news about one job into its ledger, and gives the change to write.
func (f *follower) think(l *ledger, news []report, now time.Time) (change store.Change, differs bool) {
	ended, native := l.status.State.Terminal(), l.status.Native
	news, differs, later := l.current(news, now)
	f.doubt = f.doubt || later
	if len(l.policy.Retry) > 0 && !ended && f.unsure(now) {
		news = f.withhold(l, news)
	}
	changes, moved := advance(l, news, moment{now, f.tick, f.rules.now().lostAfter()})
	if len(changes) > 0 && !ended {
		changes = f.decide(l, changes, now)
	}
	if ended && moved && l.status.Native == "" {
		f.stray(l, news)
	}
	return store.Change{
		JobID: l.id, ExpectRevision: l.revision, Status: l.status, Tasks: changes,
		Quiet: len(changes) == 0 && native == l.status.Native,
	}, differs || moved
}

// stray notes that the pool has what was never to be there: a job that was cancelled, or refused, before. It is ended.
func (f *follower) stray(l *ledger, news []report) {
	for _, n := range news {
		if !n.State.Terminal() {
			f.strays = append(f.strays, scheduler.Ref{ID: n.ID, Token: n.Token, Tasks: l.tasks})
			return
		}
	}
}

// decide is what the host makes of news by itself, before it is written.
func (f *follower) decide(l *ledger, changes []store.TaskChange, now time.Time) []store.TaskChange {
	changes = l.retry(changes, now)
	if l.status.State.Terminal() {
		blame(&l.status)
		l.expectResults(f.rules.now())
	}
	return changes
}

// written notes that a change is in the store.
func (f *follower) written(ctx context.Context, l *ledger, c store.Change) {
	l.revision++
	if !c.Quiet {
		f.moved++
	}
	if !l.status.State.Terminal() {
		f.keep(l)
		return
	}
	if f.jobs[l.id] != nil {
		f.drop(l.id)
		f.over.put(l.id, l)
		// Who only asks once has no workers, and nobody who waits for them.
		if f.done != nil {
			f.ended(ctx, l)
		}
	}
}

// current leaves out news about another run of a job than the one that the pool has now: it must not move that one. An end that is not the one that the
// record has of the earlier run, and a run that the record knows nothing of, become a note. later tells of such a run for the first time: the store may have
// lost it.
func (l *ledger) current(news []report, now time.Time) (own []report, noted, later bool) {
	for _, n := range news {
		_, run, ok := store.JobOfToken(n.Token)
		switch {
		case !ok:
		case run == l.status.Run:
			own = append(own, n)
		case run > l.status.Run:
			later = l.note(fmt.Sprintf("the pool told of run %d, which is not known here", run+1), now) || later
		case n.State.Terminal() && n.State != scheduler.Lost && !l.endedAs(run, n.State):
			noted = l.note(fmt.Sprintf("of run %d, which is over, the pool said: %s", run+1, words(n.Status, l.tasks)), now) || noted
		}
	}
	return own, noted || later, later
}

// endedAs tells whether an earlier run may well have ended so: one that was given back while it was held was removed then.
func (l *ledger) endedAs(run int, state scheduler.State) bool {
	if run >= len(l.status.Runs) {
		return false
	}
	was := l.status.Runs[run].State
	return was == state || !was.Terminal()
}
