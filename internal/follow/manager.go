package follow

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/feed"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// A lease lasts this long unless it is renewed; so long may a scheduler be without a follower when one dies.
const (
	leaseTime  = 6 * time.Second
	leaseRenew = 2 * time.Second
)

// Manager sees to it that every scheduler with jobs that have not ended is followed by somebody in the fleet, by itself if by nobody else.
type Manager struct {
	Store   *store.Store
	Feed    *feed.Feed
	Submits *Submitter
	Drivers Drivers
	Rules   Ruling
	// Owner names this process in the whole fleet.
	Owner string
	Log   hclog.Logger

	mu    sync.Mutex
	posts map[string]*post
	seen  map[string]store.Witness // of each scheduler's past, by UID
	wait  sync.WaitGroup
}

// post is one scheduler that is looked after here.
type post struct {
	again bool
	wake  chan struct{} // has room for one: do not wait any longer to try again
}

// Changed tells that something about a scheduler may have changed; "": about any. The work goes on in goroutines that end with ctx; Wait waits for
// them.
func (m *Manager) Changed(ctx context.Context, uid string) {
	if uid != "" {
		m.look(ctx, uid)
		return
	}
	m.Wake() // the store was away, perhaps, and is back
	for q := (store.SchedulerQuery{}); ; {
		page, err := m.Store.ListSchedulers(ctx, q)
		if err != nil {
			if ctx.Err() == nil {
				m.Log.Warn("the schedulers cannot be listed to follow them", "error", err)
			}
			return
		}
		for _, s := range page {
			m.look(ctx, s.UID)
			q.After = s.Name
		}
		if len(page) == 0 {
			return
		}
	}
}

// Wake tries at once to follow what could not be followed before: something has changed that may have been the reason, such as the drivers.
func (m *Manager) Wake() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.posts {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
}

// Wait returns when every follower has ended, and what they and others have handed to the Submitter is done.
func (m *Manager) Wait() {
	m.wait.Wait()
	m.Submits.Wait()
}

// look mans the post of a scheduler, unless somebody is there; who is there looks once more before leaving.
func (m *Manager) look(ctx context.Context, uid string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.posts == nil {
		m.posts = map[string]*post{}
	}
	if p := m.posts[uid]; p != nil {
		p.again = true
		return
	}
	if ctx.Err() != nil {
		return
	}
	p := &post{wake: make(chan struct{}, 1)}
	m.posts[uid] = p
	m.wait.Go(func() {
		for stay := true; stay; stay = m.leave(ctx, uid, p) {
			m.man(ctx, uid, p.wake)
		}
	})
}

func (m *Manager) leave(ctx context.Context, uid string, p *post) (stay bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p.again && ctx.Err() == nil {
		p.again = false
		return true
	}
	delete(m.posts, uid)
	return false
}

// man follows a scheduler for as long as it has jobs that have not ended, whenever its lease is to be had.
func (m *Manager) man(ctx context.Context, uid string, wake <-chan struct{}) {
	pause := firstRetry
	// A store that has lost something may have lost the very jobs for which somebody is to stay.
	doubt := false
	for ctx.Err() == nil {
		counts, err := m.Store.ActiveCount(ctx, []string{uid})
		if err == nil && counts[uid] == 0 && !doubt {
			if doubt = m.wentBack(ctx, uid); !doubt {
				return
			}
		}
		var lease store.Lease
		held := false
		if err == nil {
			lease, held, err = m.Store.AcquireLease(ctx, uid, m.Owner, leaseTime)
		}
		if held {
			err = m.follow(ctx, lease)
			if err == nil {
				doubt = false
				continue
			}
			if errors.Is(err, errGap) {
				doubt = true
				rest(ctx, firstRetry, wake)
				continue
			}
		}
		wait := leaseRenew
		if err != nil && !errors.Is(err, fault.Conflict) && ctx.Err() == nil {
			m.Log.Warn("a scheduler cannot be followed, is tried again", "scheduler", uid, "in", pause, "error", err)
			wait, pause = pause, min(pause*2, lastRetry)
		} else {
			pause = firstRetry
		}
		if rest(ctx, wait, wake) {
			pause = firstRetry
		}
	}
}

// wentBack tells whether the store may have lost something of a scheduler's since this process last looked.
func (m *Manager) wentBack(ctx context.Context, uid string) bool {
	m.mu.Lock()
	before := m.seen[uid]
	m.mu.Unlock()
	now, back, err := m.Store.Witness(ctx, uid, before)
	if err != nil {
		return false // it is asked again when it answers
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil {
		m.seen = map[string]store.Witness{}
	}
	m.seen[uid] = now
	return back
}

// rest waits for d, or until ctx is done, or until it is woken, which is true.
func rest(ctx context.Context, d time.Duration, wake <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-wake:
		return true
	case <-t.C:
	case <-ctx.Done():
	}
	return false
}

// follow runs one follower under a lease that is kept alive, and gives the lease back.
func (m *Manager) follow(ctx context.Context, lease store.Lease) error {
	ctx, stop := context.WithCancelCause(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() {
		for sleep(ctx, leaseRenew) {
			if ok, err := m.Store.Renew(ctx, lease, leaseTime); err == nil && !ok {
				stop(fault.Conflict.New("another process follows"))
			}
		}
	})
	err := m.run(ctx, lease)
	if cause := context.Cause(ctx); cause != nil && errors.Is(cause, fault.Conflict) {
		err = cause
	}
	stop(nil)
	keeper.Wait()
	// The lease goes back even when the host is closing: the next process need not wait for it to run out.
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return errors.Join(err, m.Store.Release(release, lease))
}

func (m *Manager) run(ctx context.Context, lease store.Lease) error {
	f, err := m.follower(ctx, lease)
	if err == nil {
		err = f.run(ctx)
	}
	if err != nil && (f == nil || unfit(err)) {
		err = errors.Join(err, m.unreachable(ctx, lease, err))
	}
	return err
}

// unreachable tells the store that nobody can hear the pool, as its driver cannot be had, once for each reason.
func (m *Manager) unreachable(ctx context.Context, lease store.Lease, why error) error {
	all, err := m.Store.Health(ctx, []string{lease.UID})
	if err != nil || ctx.Err() != nil {
		return err
	}
	h := all[lease.UID]
	if !h.Since.IsZero() && h.Reason == why.Error() {
		return nil
	}
	if h.Since.IsZero() {
		h.Since = time.Now()
	}
	h.Reason = why.Error()
	return m.Store.SetHealth(ctx, lease.UID, lease.Fence, h)
}

func (m *Manager) follower(ctx context.Context, lease store.Lease) (*follower, error) {
	driver, err := m.Drivers(ctx, lease.UID)
	if err != nil {
		return nil, err
	}
	return &follower{
		store: m.Store, feed: m.Feed, submits: m.Submits, driver: driver, lease: lease, rules: m.Rules, log: m.Log.With("scheduler", lease.UID),
		working:  map[string]bool{},
		wentBack: func(ctx context.Context) bool { return m.wentBack(ctx, lease.UID) },
	}, nil
}

// Refresh asks the pool of one scheduler once about its jobs and writes what it says. If another process follows the scheduler the store is
// fresh already, and Refresh does nothing.
func (m *Manager) Refresh(ctx context.Context, uid string) error {
	counts, err := m.Store.ActiveCount(ctx, []string{uid})
	if err != nil || counts[uid] == 0 {
		return err
	}
	// Not under the name of another Refresh of this process: it would take that one's lease away.
	lease, held, err := m.Store.AcquireLease(ctx, uid, m.Owner+"/"+rand.Text(), leaseTime)
	if err != nil || !held {
		return err
	}
	if err = m.refresh(ctx, lease); errors.Is(err, fault.Conflict) {
		err = nil // the pool took its time, and a follower has come meanwhile
	}
	return errors.Join(err, m.Store.Release(context.WithoutCancel(ctx), lease))
}

func (m *Manager) refresh(ctx context.Context, lease store.Lease) error {
	f, err := m.follower(ctx, lease)
	if err != nil {
		return err
	}
	if err := f.loadActive(ctx); err != nil {
		return err
	}
	if f.hasRules() {
		// Who only asks once must not take the end of an earlier run for that of a job, where the store has lost the later one.
		_, back, err := m.Store.Witness(ctx, lease.UID, store.Witness{})
		if err == nil && back {
			_, failed := f.adoptAll(ctx, time.Now())
			f.doubt = failed != nil
			err = f.loadActive(ctx)
		}
		if err != nil {
			return err
		}
	}
	return f.askOnce(ctx)
}
