package feed

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Store is what a feed reads.
type Store interface {
	Events(ctx context.Context, uid string, after store.EventID, limit int) ([]store.Event, error)
	LastEvent(ctx context.Context, uid string) (store.EventID, error)
}

// page is how many events are read at once; kept is how many a topic remembers for readers that are a little behind; retry is the pause before a
// reading that failed is tried again, while there are readers.
const (
	page  = 500
	kept  = 2048
	retry = time.Second
)

// Feed is safe for concurrent use. Its zero value is not usable: see [New].
type Feed struct {
	store Store

	mu     sync.Mutex
	topics map[string]*topic
	breaks map[string]int // how often each stream was found to be another one
}

// topic is the recent past of one scheduler's stream.
type topic struct {
	reading sync.Mutex // held while the store is read, so that nothing is added twice

	mu     sync.Mutex
	recent []store.Event // contiguous; the last one is last
	last   store.EventID
	ended  error
	behind time.Time     // when the last reading failed: there may be more in the store, of which nobody is told again; zero: it did not
	doubt  bool          // the store may have gone back, and have made other events of the same numbers
	more   chan struct{} // closed when any of this changed
}

// New makes a feed. It tells nothing until somebody calls [Feed.Changed] for each change of the store.
func New(s Store) *Feed {
	return &Feed{store: s, topics: map[string]*topic{}, breaks: map[string]int{}}
}

// Breaks is how often the stream of a scheduler was found to go on otherwise than it had been read: trimmed, or of a store that has gone back. Who asks before
// looking up its place, and again after each Next, knows that its numbers still mean what they did, however long it was away in between.
func (f *Feed) Breaks(uid string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.breaks[uid]
}

// Changed reads what is new of a scheduler's stream, or of all ("") and wakes their readers. The owner of the feed calls it from one
// goroutine, for each value of the store's Changes.
func (f *Feed) Changed(ctx context.Context, uid string) {
	f.mu.Lock()
	var wanted map[string]*topic
	if uid == "" {
		wanted = make(map[string]*topic, len(f.topics))
		for u, t := range f.topics {
			wanted[u] = t
		}
	} else if t := f.topics[uid]; t != nil {
		wanted = map[string]*topic{uid: t}
	}
	f.mu.Unlock()
	for u, t := range wanted {
		if uid == "" {
			t.suspect()
		}
		f.read(ctx, u, t)
	}
}

// errOther ends a topic whose last event is another one by now.
var errOther = fault.Conflict.New("the stream has other events than it had: look at the jobs and go on from the newest")

func (f *Feed) read(ctx context.Context, uid string, t *topic) {
	t.reading.Lock()
	defer t.reading.Unlock()
	for {
		last, newest, ended := t.stand()
		if ended != nil {
			return
		}
		from := last
		if newest != nil {
			from-- // it is read once more, and compared
		}
		events, err := f.store.Events(ctx, uid, from, page)
		if err == nil && newest != nil {
			if len(events) == 0 || !same(events[0], *newest) {
				err = errOther
			} else {
				events = events[1:]
				t.trust()
			}
		}
		if errors.Is(err, fault.Conflict) {
			// The stream was trimmed past us, or is another one: forget the topic; readers find the gap themselves.
			f.mu.Lock()
			delete(f.topics, uid)
			f.breaks[uid]++
			f.mu.Unlock()
			t.change(func() { t.ended = err })
			return
		}
		if err != nil {
			t.change(func() { t.behind = time.Now() })
			return
		}
		t.add(events)
		if len(events) < page-1 {
			return
		}
	}
}

// stand is how far the topic is, whether it has ended, and, where there is doubt, the newest event that it has read.
func (t *topic) stand() (last store.EventID, newest *store.Event, ended error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.recent); t.doubt && n > 0 {
		newest = &t.recent[n-1]
	}
	return t.last, newest, t.ended
}

func (t *topic) suspect() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.doubt = true
}

func (t *topic) trust() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.doubt = false
}

func same(a, b store.Event) bool {
	return a.ID == b.ID && a.Job == b.Job && a.Revision == b.Revision && a.State == b.State && a.Time.Equal(b.Time)
}

func (t *topic) add(events []store.Event) {
	if len(events) == 0 && t.late().IsZero() {
		return
	}
	t.change(func() {
		t.behind = time.Time{}
		t.recent = append(t.recent, events...)
		if extra := len(t.recent) - kept; extra > 0 {
			t.recent = append([]store.Event(nil), t.recent[extra:]...)
		}
		t.last += store.EventID(len(events))
	})
}

// late is when the last reading failed; zero: it did not.
func (t *topic) late() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.behind
}

// change changes the topic and wakes its readers.
func (t *topic) change(how func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	how()
	close(t.more)
	t.more = make(chan struct{})
}

// Next waits until the scheduler's stream has events after that one, and returns some of them, in order. fault.Conflict: there is a gap,
// and the caller must look at the jobs themselves.
func (f *Feed) Next(ctx context.Context, uid string, after store.EventID) ([]store.Event, error) {
	t, err := f.topic(ctx, uid)
	if err != nil {
		return nil, err
	}
	for looked := false; ; {
		t.mu.Lock()
		first := t.last - store.EventID(len(t.recent)) + 1
		more, ended, behind := t.more, t.ended, t.behind
		switch {
		case ended != nil:
			t.mu.Unlock()
			return nil, ended
		case after+1 < first:
			t.mu.Unlock()
			return f.store.Events(ctx, uid, after, page)
		case after < t.last:
			events := t.recent[after+1-first:]
			t.mu.Unlock()
			return events[:min(len(events), page)], nil
		}
		ahead := after > t.last
		t.mu.Unlock()
		if ahead && behind.IsZero() {
			// The reader knows more than the topic, which may be late, or than the store, which has gone back in time.
			if looked {
				return nil, fault.By(fault.Host, fault.Conflict.New("scheduler %s: there are no events up to %d: look at the jobs and go on from the newest", uid, after))
			}
			looked = true
			f.read(ctx, uid, t)
			continue
		}
		var again <-chan time.Time
		if !behind.IsZero() {
			again = time.After(retry)
		}
		select {
		case <-more:
		case <-again:
			f.catchUp(ctx, uid, t)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// catchUp reads a topic on whose last reading failed, unless another reader has tried meanwhile.
func (f *Feed) catchUp(ctx context.Context, uid string, t *topic) {
	if failed := t.late(); !failed.IsZero() && time.Since(failed) >= retry {
		f.read(ctx, uid, t)
	}
}

func (f *Feed) topic(ctx context.Context, uid string) (*topic, error) {
	f.mu.Lock()
	t := f.topics[uid]
	f.mu.Unlock()
	if t != nil {
		return t, nil
	}
	last, err := f.store.LastEvent(ctx, uid)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	t = f.topics[uid]
	if t == nil {
		t = &topic{last: last, more: make(chan struct{})}
		f.topics[uid] = t
	}
	f.mu.Unlock()
	// What came between the two is not announced again.
	f.read(ctx, uid, t)
	return t, nil
}
