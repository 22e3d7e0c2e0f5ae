package main

import (
	"context"
	"sync"

	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// aboutFactory tells the events of a factory that say something about the tasks that it has not made.
func aboutFactory(code eventlog.Code) bool {
	return code == eventlog.ClusterRemove || code == eventlog.FactoryPaused || code == eventlog.FactoryResumed
}

// unmade tells where the tasks stand that factories have not made, after somebody has held or released these. The events do not tell which tasks they are, so the
// schedd is asked, beside the reading of the log, which does not wait for that, and once for all factories that there is something to ask about.
type unmade struct {
	driver *driver
	flows  *flows
	wake   chan struct{}

	mu sync.Mutex
	// wanted are the factories to be asked about, asked those about which the schedd is just asked, by cluster.
	wanted, asked map[int]*factory
}

// factory is an array of which not all tasks are made.
type factory struct {
	event eventlog.Event
	owner owner
	// made is the last task that the log has told of since the question came up.
	made int
}

func newUnmade(d *driver, f *flows) *unmade {
	return &unmade{driver: d, flows: f, wake: make(chan struct{}, 1), wanted: make(map[int]*factory)}
}

// ask has the schedd asked.
func (u *unmade) ask(e eventlog.Event, o owner) {
	u.mu.Lock()
	u.wanted[e.Cluster] = &factory{event: e, owner: o, made: -1}
	u.mu.Unlock()
	signal(u.wake)
}

// made notes that the log tells of a task, before that is told: it has been made by then, and an answer about those that are not says nothing of it.
func (u *unmade) made(e eventlog.Event) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, f := range []*factory{u.wanted[e.Cluster], u.asked[e.Cluster]} {
		if f != nil {
			f.made = max(f.made, e.Proc)
		}
	}
}

// run asks whenever there is something to ask, until ctx is done (nil) or the schedd does not answer.
func (u *unmade) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-u.wake:
		}
		if err := u.answer(ctx); err != nil {
			return err
		}
	}
}

func (u *unmade) answer(ctx context.Context) error {
	u.mu.Lock()
	u.asked, u.wanted = u.wanted, make(map[int]*factory)
	inquiries := make(map[string]*inquiry, len(u.asked))
	for cluster, f := range u.asked {
		id := number{cluster, -1}.id()
		inquiries[f.owner.token] = &inquiry{ref: scheduler.Ref{ID: id, Token: f.owner.token, Tasks: f.owner.tasks}, found: make(map[int]scheduler.Status)}
	}
	asked := u.asked
	u.mu.Unlock()
	if len(asked) == 0 {
		return nil
	}
	if err := u.driver.askQueue(ctx, inquiries); err != nil {
		return err
	}
	for cluster, f := range asked {
		err := u.flows.aside(func() (scheduler.Status, bool) { return u.standing(cluster, f, inquiries[f.owner.token]) })
		if err != nil {
			return err
		}
	}
	return nil
}

// standing is where the tasks stand that the factory has not made. ok is false where there are none, or where more has happened to it, about which the schedd is asked next.
func (u *unmade) standing(cluster int, f *factory, i *inquiry) (s scheduler.Status, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	first := max(i.unmade, f.made+1)
	if !i.factory || first >= f.owner.tasks || u.wanted[cluster] != nil {
		return s, false
	}
	s = i.waiting()
	s.ID, s.Token, s.Task, s.Count, s.Time = number{cluster, -1}.id(), f.owner.token, first, f.owner.tasks-first, f.event.Time
	return s, true
}
