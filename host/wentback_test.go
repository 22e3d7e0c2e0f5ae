package host_test

import (
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// losing is a Redis that can lose what it was told since a moment ago, as one does that is killed before its last second is on the disk.
type losing struct {
	t      *testing.T
	server *miniredis.Miniredis
	client redis.UniversalClient
}

const copied = "copied:"

func newLosing(t *testing.T) *losing {
	t.Helper()
	l := &losing{t: t, server: miniredis.RunT(t)}
	l.client = redis.NewClient(&redis.Options{Addr: l.server.Addr()})
	t.Cleanup(func() { l.client.Close() })
	return l
}

// all does something with the keys of jobs, or with their copies, in one step.
func (l *losing) all(prefix string, do func(p redis.Pipeliner, key string)) {
	l.t.Helper()
	_, err := l.client.TxPipelined(l.t.Context(), func(p redis.Pipeliner) error {
		for _, key := range l.server.Keys() {
			if strings.HasPrefix(key, prefix+"oceanid:{") && !strings.HasPrefix(key, prefix+"oceanid:{schedulers}") {
				do(p, key)
			}
		}
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *losing) remember() {
	l.t.Helper()
	l.all("", func(p redis.Pipeliner, key string) { p.Copy(l.t.Context(), key, copied+key, 0, true) })
}

// lose goes back to what was remembered, and breaks all connections.
func (l *losing) lose() {
	l.t.Helper()
	l.all(copied, func(p redis.Pipeliner, key string) {
		p.Copy(l.t.Context(), key, strings.TrimPrefix(key, copied), 0, true)
	})
	l.server.Close()
	if err := l.server.Restart(); err != nil {
		l.t.Fatal(err)
	}
}

// Who watches a job is told its end, although the store has forgotten changes that were told already, so that the job's revisions are lower than they were.
func TestAWatcherWhenTheStoreWentBack(t *testing.T) {
	t.Parallel()
	p, l := newPool(), newLosing(t)
	o := drivers(p.plugin("memory"))
	o.Redis = l.client
	j := submit(t, saved(t, open(t, t.TempDir(), o), "Default"), scheduler.Job{})
	l.remember()
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Held})
	reach(t, j, scheduler.Held)
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Running})
	reach(t, j, scheduler.Running)
	told := map[scheduler.State]int{}
	for e, err := range j.Watch(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if told[e.State]++; len(told) == 1 {
			l.lose()
			p.move(scheduler.Status{Token: j.ID, State: scheduler.Succeeded})
		}
	}
	if told[scheduler.Succeeded] != 1 {
		t.Errorf("told %v, want one end", told)
	}
}
