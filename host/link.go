package host

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// links are the records of the schedulers in use, kept until the store tells that they changed.
type links struct {
	mu      sync.Mutex
	known   map[string]store.Scheduler
	hiders  map[string]hider // by uid, kept longer: each is good for one revision
	changes int              // how often anything was forgotten, so that what was read before is not kept after
}

func (l *links) init() { l.known, l.hiders = map[string]store.Scheduler{}, map[string]hider{} }

// changed forgets a scheduler, or all ("").
func (l *links) changed(uid string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes++
	if uid == "" {
		clear(l.known)
		clear(l.hiders)
		return
	}
	delete(l.known, uid)
}

func (h *Host) record(ctx context.Context, uid string) (store.Scheduler, error) {
	h.links.mu.Lock()
	r, ok := h.links.known[uid]
	before := h.links.changes
	h.links.mu.Unlock()
	if ok {
		return r, nil
	}
	r, err := h.store.SchedulerByUID(ctx, uid)
	if err != nil {
		return r, err
	}
	h.links.mu.Lock()
	defer h.links.mu.Unlock()
	if h.links.changes == before {
		h.links.known[uid] = r
	}
	return r, nil
}

// caller makes the caller of a saved scheduler's driver.
func (h *Host) caller(ctx context.Context, uid string) (*call.Scheduler, error) {
	r, err := h.record(ctx, uid)
	if err != nil {
		return nil, err
	}
	driver, err := h.catalog.Driver(ctx, r.Type)
	if err != nil {
		return nil, err
	}
	said, err := driver.Describe(ctx)
	if err != nil {
		return nil, err
	}
	current := func(ctx context.Context) (call.Instance, error) {
		r, err := h.record(ctx, uid)
		if err != nil {
			return call.Instance{}, err
		}
		dir, err := h.scratch(uid)
		return call.Instance{ID: uid, Revision: strconv.FormatInt(r.Revision, 10), Dir: dir,
			Config: func(ctx context.Context) ([]byte, error) { return h.whole(ctx, r) },
			Explain: func(ctx context.Context, found []*pluginv1.Diagnostic) error {
				v, err := h.values(ctx, r)
				if err == nil {
					_, err = config.Explain(fmt.Sprintf("scheduler %q", r.Name), v.Secret, found)
				}
				return err
			},
			Hide:      func(ctx context.Context, text string) string { return h.hide(ctx, r, text) },
			Unsettled: func(ctx context.Context) bool { return h.unsettled(ctx, r) },
		}, err
	}
	return call.New(call.Options{
		Name: r.Name, Process: driver, Instance: current, Services: said.GetServices(), Bulkhead: h.bulkhead(r.Type), Log: h.log.Named("call"),
	}), nil
}

// unsettled tells whether a scheduler's record is about to be another, because a new form of its driver, which goes by the new file, takes over before
// the file's schedulers are kept; or is another by now.
func (h *Host) unsettled(ctx context.Context, r store.Scheduler) bool {
	if file := h.next.Load(); file != nil && blockOf(file, r.Name) != nil && r.Source != (store.Source{}) {
		return true
	}
	now, err := h.store.SchedulerByUID(ctx, r.UID)
	if err != nil || now.Revision == r.Revision {
		return false
	}
	h.links.changed(r.UID)
	return true
}

// whole is a scheduler's configuration with its secrets.
func (h *Host) whole(ctx context.Context, r store.Scheduler) (json.RawMessage, error) {
	var secret json.RawMessage
	if len(r.Sealed) > 0 {
		var err error
		if secret, err = h.store.Unseal(ctx, r.UID, r.Sealed); err != nil {
			return nil, err
		}
	}
	return config.Merge(r.Config, secret)
}

// scratch is a scheduler's own folder on this machine.
func (h *Host) scratch(uid string) (string, error) {
	dir, err := filepath.Abs(filepath.Join(h.data, "schedulers", uid))
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", fault.By(fault.Host, fault.Internal.New("the scheduler's folder: %w", err))
	}
	return dir, nil
}

// driver is what follower and submitter ask for. A driver that is not there, or is refused, is fault.Unavailable: a reload may bring it, and jobs wait.
func (h *Host) driver(ctx context.Context, uid string) (follow.Driver, error) {
	if _, err := h.record(ctx, uid); err != nil {
		return nil, err
	}
	c, err := h.caller(ctx, uid)
	if err != nil {
		return nil, fault.By(fault.Host, fault.Unavailable.New("%w", err))
	}
	return followed{c}, nil
}

type followed struct{ *call.Scheduler }

func (f followed) Watches() bool { return f.Can(call.Events) }

var _ follow.Driver = followed{}
