package follow

import (
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// unsure tells whether the pool may have later runs of jobs than the store knows of: the store may have gone back, and the pool has not been asked yet. A
// pool that cannot be asked for as long as it takes to believe that a job is lost is waited for no longer.
func (f *follower) unsure(now time.Time) bool {
	if _, busy := f.working[adopting]; !f.doubt && !busy {
		f.doubted = time.Time{}
		return false
	}
	if f.doubted.IsZero() {
		f.doubted = now
	}
	return f.driver.Can(call.Finds) && now.Sub(f.doubted) < f.rules.now().lostAfter()
}

// withhold leaves out how the present run of a job with rules ended, or why it is held, while there may be a later one: it would end a job that still runs.
// The pool is asked about it again when that is known (see withheldRefs).
func (f *follower) withhold(l *ledger, news []report) (rest []report) {
	for _, n := range news {
		if n.State.Terminal() || n.State == scheduler.Held {
			if f.withheld == nil {
				f.withheld = map[string]bool{}
			}
			f.withheld[l.id] = true
			continue
		}
		rest = append(rest, n)
	}
	return rest
}

// withheldRefs are the jobs of which news was withheld that the pool can be asked about by now. They are no more of those: whoever cannot ask gives them back.
func (f *follower) withheldRefs(now time.Time) (refs []scheduler.Ref, ids []string) {
	if len(f.withheld) == 0 || f.unsure(now) {
		return nil, nil
	}
	for id := range f.withheld {
		l := f.jobs[id]
		if l != nil && l.status.Native == "" {
			continue // until it is known what it is called there
		}
		delete(f.withheld, id)
		if l != nil {
			refs, ids = append(refs, l.ref()), append(ids, id)
		}
	}
	return refs, ids
}

// withholdAgain notes that the pool is still to be asked about these jobs.
func (f *follower) withholdAgain(ids []string) {
	for _, id := range ids {
		f.withheld[id] = true // somebody has withheld it before, so there is such a map
	}
}

// hasRules tells whether any job may be handed to the pool more than once.
func (f *follower) hasRules() bool {
	for _, l := range f.jobs {
		if len(l.policy.Retry) > 0 {
			return true
		}
	}
	return false
}
