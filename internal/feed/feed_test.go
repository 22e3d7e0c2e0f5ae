package feed_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/oceanid/oceanid/internal/feed"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// stream is a store with one scheduler's stream of so many events, which fails as it is told to.
type stream struct {
	mu    sync.Mutex
	last  store.EventID
	lost  store.EventID // from that one on they are others than they were; 0: none is
	fails []error
}

func (s *stream) Events(_ context.Context, _ string, after store.EventID, limit int) (events []store.Event, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.fails) > 0 {
		err, s.fails = s.fails[0], s.fails[1:]
		return nil, err
	}
	for id := after + 1; id <= s.last && len(events) < limit; id++ {
		e := store.Event{ID: id}
		if s.lost > 0 && id >= s.lost {
			e.Job = "another"
		}
		events = append(events, e)
	}
	return events, nil
}

func (s *stream) LastEvent(context.Context, string) (store.EventID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last, nil
}

func (s *stream) grow(fails ...error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.fails = fails
}

func (s *stream) lose(from store.EventID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last, s.lost = from-1, from
}

func TestAReadingThatFailsIsRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &stream{last: 3}
		f := feed.New(s)
		got := make(chan []store.Event)
		for range 2 {
			go func() {
				events, err := f.Next(t.Context(), "u", 3)
				if err != nil {
					t.Error(err)
				}
				got <- events
			}()
		}
		synctest.Wait()
		s.grow(fault.Unavailable.New("away"), fault.Unavailable.New("still away"))
		f.Changed(t.Context(), "u") // and nobody tells of it again
		for range 2 {
			if events := <-got; len(events) != 1 || events[0].ID != 4 {
				t.Errorf("got %v", events)
			}
		}
	})
}

// A reader that goes away while it begins a topic must not leave the others without what it should have read.
func TestATopicWhoseFirstReaderWentAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &stream{last: 3}
		f := feed.New(s)
		gone, leave := context.WithCancel(t.Context())
		leave()
		s.fails = []error{context.Canceled}
		if _, err := f.Next(gone, "u", 3); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		s.grow()
		if events, err := f.Next(t.Context(), "u", 3); err != nil || len(events) != 1 {
			t.Errorf("got %v, %v", events, err)
		}
	})
}

// A store that has lost its last events makes new ones of the same numbers: whoever has read the lost ones must look at the jobs themselves.
func TestAReaderThatKnowsMoreThanTheStore(t *testing.T) {
	t.Parallel()
	s := &stream{last: 5}
	f := feed.New(s)
	// Somebody else's topic begins after the loss.
	if events, err := f.Next(t.Context(), "u", 4); err != nil || len(events) != 1 {
		t.Fatalf("got %v, %v", events, err)
	}
	if _, err := f.Next(t.Context(), "u", 9); !errors.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
	// A topic that is only late is no loss.
	s.grow()
	s.grow()
	s.grow()
	if events, err := f.Next(t.Context(), "u", 7); err != nil || len(events) != 1 || events[0].ID != 8 {
		t.Errorf("got %v, %v", events, err)
	}
}

// Several may find at once that a stream has gone.
func TestAStreamThatGoesUnderSeveralReaders(t *testing.T) {
	t.Parallel()
	for range 200 {
		gone := fault.Conflict.New("no such events")
		s := &stream{last: 3, fails: []error{gone, gone, gone, gone, gone, gone, gone, gone}}
		f := feed.New(s)
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				if _, err := f.Next(t.Context(), "u", 3); !errors.Is(err, fault.Conflict) {
					t.Errorf("got %v", err)
				}
			})
			readers.Go(func() { f.Changed(t.Context(), "u") })
		}
		readers.Wait()
	}
}

// Where the connection broke, a store may have lost its last events and have made others of the same numbers since: readers must look at the jobs.
func TestAStreamThatWentBackAndOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, wentBackAndOn)
}

func wentBackAndOn(t *testing.T) {
	s := &stream{last: 5}
	f := feed.New(s)
	if events, err := f.Next(t.Context(), "u", 4); err != nil || len(events) != 1 {
		t.Fatalf("got %v, %v", events, err)
	}
	s.grow()
	f.Changed(t.Context(), "")
	if events, err := f.Next(t.Context(), "u", 5); err != nil || len(events) != 1 || events[0].ID != 6 {
		t.Errorf("nothing was lost: got %v, %v", events, err)
	}
	got := make(chan error)
	go func() {
		_, err := f.Next(t.Context(), "u", 6)
		got <- err
	}()
	synctest.Wait()
	s.lose(6)
	s.grow()
	s.grow()
	f.Changed(t.Context(), "")
	if err := <-got; !errors.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
	// Who was away in between finds events after its number, and sees by this that they are not those that came next.
	if _, err := f.Next(t.Context(), "u", 6); err != nil || f.Breaks("u") != 1 {
		t.Errorf("%d breaks, %v", f.Breaks("u"), err)
	}
}
