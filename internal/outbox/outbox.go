package outbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Store is what an outbox asks of the store; *store.Store is one.
type Store interface {
	Events(ctx context.Context, uid string, after store.EventID, limit int) ([]store.Event, error)
	LastEvent(ctx context.Context, uid string) (store.EventID, error)
	Ended(ctx context.Context, uid string, since time.Time, after string, limit int) ([]store.Job, error)
	HookCursor(ctx context.Context, uid, hook string) (store.EventID, bool, error)
	SetHookCursor(ctx context.Context, uid, hook string, fence int64, id store.EventID, retry []store.Letter) error
	DueLetters(ctx context.Context, uid, hook string, now time.Time, limit int) ([]store.Letter, time.Time, error)
	SettleLetter(ctx context.Context, uid, hook string, fence int64, l store.Letter, done, dead bool) error
	AcquireNamedLease(ctx context.Context, uid, name, owner string, ttl time.Duration) (store.Lease, bool, error)
	Renew(ctx context.Context, l store.Lease, ttl time.Duration) (bool, error)
	Release(ctx context.Context, l store.Lease) error
	SchedulerByUID(ctx context.Context, uid string) (store.Scheduler, error)
	ListSchedulers(ctx context.Context, q store.SchedulerQuery) ([]store.Scheduler, error)
}

// Handler is told events, several jobs' at once, those of one job in their order. What it returns an error for, panics about, or does not return from in
// time it is told again.
type Handler struct {
	// Name is under which the store remembers up to where the handler was told, for ever: 1 to 200 bytes, the same in all processes that have it.
	Name string
	// Handle does the work. Its context ends with the time that it has, and with the outbox. It may be told an event twice.
	Handle func(ctx context.Context, e store.Event) error
	// All tells every event, not only the ends of jobs.
	All bool
	// FromStart begins a handler that nobody ever had with all the jobs that there have been. Default: with what happens from now on.
	FromStart bool
	// Concurrency is how many jobs' events are handled at once for each scheduler. Default: 8.
	Concurrency int
	// Timeout is how long one event may take. Default: 1 minute.
	Timeout time.Duration
	// Attempts is after how many failures an event is given up, as a dead letter. Default: 10.
	Attempts int
	// Retry is the pause after the first failure; each later one is twice as long, up to ten minutes, and all are jittered. Default: 1 second.
	Retry time.Duration
	// Wants says which schedulers' events are told, by UID; nil: all. Events of others are passed over for good only where it is always false of them.
	Wants func(uid string) bool
}

func (h Handler) withDefaults() (Handler, error) {
	if h.Handle == nil || h.Name == "" || len(h.Name) > 200 {
		return h, fault.Invalid.New("handler %q: it needs a function, and a name of 1 to 200 bytes", h.Name)
	}
	if h.Concurrency < 0 || h.Timeout < 0 || h.Attempts < 0 || h.Retry < 0 {
		return h, fault.Invalid.New("handler %q: a negative setting", h.Name)
	}
	for _, d := range []struct {
		of *int
		is int
	}{{&h.Concurrency, 8}, {&h.Attempts, 10}} {
		if *d.of == 0 {
			*d.of = d.is
		}
	}
	if h.Timeout == 0 {
		h.Timeout = time.Minute
	}
	if h.Retry == 0 {
		h.Retry = time.Second
	}
	return h, nil
}

// Outbox serves handlers. It is safe for concurrent use.
type Outbox struct {
	store Store
	owner string
	log   hclog.Logger
	ctx   context.Context
	stop  context.CancelFunc

	mu       sync.Mutex
	names    map[string]bool    // of handlers that are there, or are just coming
	handlers map[string]Handler // those that are there
	posts    map[place]*post
	// old are the schedulers that were there when their handler came: what such a handler has no place in begins now; in others it begins at their start.
	old map[place]bool
	// slots are held while a handler is at work, also by one that does not come back.
	slots map[place]chan struct{}
	wait  sync.WaitGroup
}

// place is one scheduler's events for one handler.
type place struct{ hook, uid string }

// New makes an outbox. owner names this process in the whole fleet. It does nothing before Changed is called, with "" at first.
func New(s Store, owner string, log hclog.Logger) *Outbox {
	o := &Outbox{store: s, owner: owner, log: log, names: map[string]bool{}, handlers: map[string]Handler{}, posts: map[place]*post{}, old: map[place]bool{}, slots: map[place]chan struct{}{}}
	o.ctx, o.stop = context.WithCancel(context.Background())
	return o
}

// Handle adds a handler, for as long as the outbox is open, and waits until the store knows where it begins. A name that is taken here already is
// fault.Exists.
func (o *Outbox) Handle(ctx context.Context, h Handler) error {
	h, err := h.withDefaults()
	if err != nil {
		return err
	}
	o.mu.Lock()
	taken := o.names[h.Name]
	o.names[h.Name] = true
	o.mu.Unlock()
	if taken {
		return fault.Exists.New("there is a handler %q already", h.Name)
	}
	if err := o.come(ctx, h); err != nil {
		o.mu.Lock()
		delete(o.names, h.Name)
		delete(o.handlers, h.Name)
		o.mu.Unlock()
		return err
	}
	return nil
}

// come brings a handler on. Nobody serves it before it is known which schedulers were there already.
func (o *Outbox) come(ctx context.Context, h Handler) error {
	uids, err := o.schedulers(ctx)
	if err != nil {
		return err
	}
	for _, uid := range uids {
		o.mu.Lock()
		o.old[place{h.Name, uid}] = true
		o.mu.Unlock()
		if err := o.begin(ctx, h, uid); err != nil && !errors.Is(err, fault.NotFound) { // it may just have been deleted
			return err
		}
	}
	o.mu.Lock()
	o.handlers[h.Name] = h
	o.mu.Unlock()
	// There may be more of them by now, of which the handler was not told that they have changed. It is there, whatever becomes of this: others are told of at
	// their next change.
	if more, err := o.schedulers(ctx); err == nil {
		uids = more
	}
	for _, uid := range uids {
		o.look(h, uid)
	}
	return nil
}

// begin sees to it that the store knows where a handler begins with a scheduler that it was never told about. Where somebody else has the lease, that one is
// about to note it: what happens from now on must not come before.
func (o *Outbox) begin(ctx context.Context, h Handler, uid string) error {
	for {
		if _, there, err := o.store.HookCursor(ctx, uid, h.Name); err != nil || there {
			return err
		}
		lease, held, err := o.store.AcquireNamedLease(ctx, uid, store.HookLease(h.Name), o.owner+"/begin", leaseTime)
		if err != nil {
			return err
		}
		if held {
			_, there, err := o.store.HookCursor(ctx, uid, h.Name)
			if err == nil && !there {
				err = o.first(ctx, h, lease)
			}
			return errors.Join(err, o.store.Release(context.WithoutCancel(ctx), lease))
		}
		rest(ctx, 20*time.Millisecond, nil)
		if ctx.Err() != nil {
			return fault.By(fault.Host, fault.Timeout.New("where handler %q begins is being noted by another process, which has not done so: %w", h.Name, context.Cause(ctx)))
		}
	}
}

// Changed tells that there may be events of a scheduler; "": of any. The owner calls it for each value of the store's Changes.
func (o *Outbox) Changed(ctx context.Context, uid string) {
	uids := []string{uid}
	if uid == "" {
		all, err := o.schedulers(ctx)
		if err != nil && ctx.Err() == nil {
			o.log.Warn("the schedulers cannot be listed to tell of their events", "error", err)
		}
		uids = all
	}
	o.mu.Lock()
	handlers := make([]Handler, 0, len(o.handlers))
	for _, h := range o.handlers {
		handlers = append(handlers, h)
	}
	o.mu.Unlock()
	for _, uid := range uids {
		for _, h := range handlers {
			o.look(h, uid)
		}
	}
}

func (o *Outbox) schedulers(ctx context.Context) (uids []string, err error) {
	for q := (store.SchedulerQuery{}); ; {
		page, err := o.store.ListSchedulers(ctx, q)
		if err != nil || len(page) == 0 {
			return uids, err
		}
		for _, s := range page {
			uids = append(uids, s.UID)
			q.After = s.Name
		}
	}
}

// Close ends the work: contexts of handlers are done, and it waits until they have returned, or until ctx is done. What was not told yet is told by the
// next process.
func (o *Outbox) Close(ctx context.Context) error {
	o.mu.Lock()
	o.stop()
	o.mu.Unlock()
	done := make(chan struct{})
	go func() { o.wait.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fault.By(fault.Host, fault.Timeout.New("handlers of events did not return: %w", context.Cause(ctx)))
	}
}
