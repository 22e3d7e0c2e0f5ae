package host

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Health is how a scheduler's pool answers those who follow its jobs.
type Health struct {
	// Heard is when the pool last answered; zero: it was never heard, or nobody has followed it.
	Heard time.Time `json:"heard,omitzero"`
	// Since is since when it has not answered; zero: it does.
	Since time.Time `json:"since,omitzero"`
	// Reason says why it does not.
	Reason string `json:"reason,omitempty"`
}

// Health tells how the pool answers. It asks the store, not the pool; [Scheduler.Test] really connects. A pool is followed only while it has jobs that have not
// ended: of an idle one this may be old.
func (s *Scheduler) Health(ctx context.Context) (Health, error) {
	record, err := s.kept("ask for its health")
	if err != nil {
		return Health{}, err
	}
	all, err := s.host.store.Health(ctx, []string{record.UID})
	return Health(all[record.UID]), err
}

// ListHealth is the health of several schedulers, in their order, at the cost of one question to the store.
func (h *Host) ListHealth(ctx context.Context, of []*Scheduler) ([]Health, error) {
	uids := make([]string, len(of))
	for i, s := range of {
		record, err := s.kept("ask for its health")
		if err != nil {
			return nil, err
		}
		uids[i] = record.UID
	}
	known, err := h.store.Health(ctx, uids)
	if err != nil {
		return nil, err
	}
	all := make([]Health, len(of))
	for i, uid := range uids {
		all[i] = Health(known[uid])
	}
	return all, nil
}

// kept is the record of a scheduler that is saved; of one that is not it is fault.Conflict, which says what cannot be done.
func (s *Scheduler) kept(verb string) (store.Scheduler, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.record.Revision == 0 {
		return s.record, fault.Conflict.New("scheduler %q is not saved; call Save before you %s", s.record.Name, verb)
	}
	return s.record, nil
}

// healths are how pools answer, as it was known a moment ago: a thousand readers of jobs cost the store no more than a few.
type healths struct {
	mu    sync.Mutex
	known map[string]seenHealth
}

type seenHealth struct {
	store.Health
	at time.Time
}

// moment is how old a health may be that a job is shown with.
const moment = time.Second

// health is how some pools answer, by the UID of the scheduler.
func (h *Host) health(ctx context.Context, uids ...string) (map[string]store.Health, error) {
	now := time.Now()
	all := make(map[string]store.Health, len(uids))
	var asked []string
	h.healths.mu.Lock()
	for _, uid := range uids {
		if _, twice := all[uid]; twice {
			continue
		}
		seen, ok := h.healths.known[uid]
		if all[uid] = seen.Health; !ok || now.Sub(seen.at) > moment {
			asked = append(asked, uid)
		}
	}
	h.healths.mu.Unlock()
	if len(asked) == 0 {
		return all, nil
	}
	fresh, err := h.store.Health(ctx, asked)
	if err != nil {
		return nil, err
	}
	h.healths.mu.Lock()
	defer h.healths.mu.Unlock()
	if h.healths.known == nil {
		h.healths.known = map[string]seenHealth{}
	}
	for _, uid := range asked {
		all[uid] = fresh[uid]
		h.healths.known[uid] = seenHealth{fresh[uid], now}
	}
	return all, nil
}

// usuallyStale is after which time without news a state is stale, where the configuration does not say.
const usuallyStale = time.Minute

// stale says why a state of that time may be another by now; "": it is fresh.
func (h *Host) stale(observed time.Time, pool store.Health, now time.Time) string {
	limit := h.file.Load().Jobs.Stale
	if limit <= 0 {
		limit = usuallyStale
	}
	if now.Sub(observed) <= limit {
		return ""
	}
	if !pool.Since.IsZero() {
		return fmt.Sprintf("the pool has not answered since %s: %s", pool.Since.UTC().Format(time.RFC3339), pool.Reason)
	}
	return fmt.Sprintf("the pool was last heard at %s: no process follows it", observed.UTC().Format(time.RFC3339))
}
