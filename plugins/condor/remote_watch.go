package main

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// There is no event log to follow. The schedd is asked what has changed: the queue often, the history, which what was removed goes to, more seldom. What has
// ended by itself stays in the queue until it is fetched.
const (
	lookAtQueue   = 2 * time.Second
	lookAtHistory = 10 * time.Second
	// A change may show later than the time that it bears: what has changed this long before the newest change is asked for again.
	overlap = time.Minute
	// The history is everybody's, and is read from its end. It is not read further back than since the last look, for clocks that differ by this much.
	skew = 10 * time.Minute
	// firstLook is how far back it is read by who has no cursor.
	firstLook = 24 * time.Hour
)

// changes is what Watch knows: the time of the newest change, by the schedd's clock, and what it has told of those that will be asked for again.
type changes struct {
	newest int64
	told   map[string]scheduler.Status
	yield  func(scheduler.Event) error
}

// Watch asks for what has changed since the cursor, which is a time.
func (r *remote) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	if _, err := r.at(ctx); err != nil {
		return err
	}
	newest, err := strconv.ParseInt(string(from), 10, 64)
	if err != nil {
		newest = 0
	}
	c := &changes{newest: newest, told: make(map[string]scheduler.Status), yield: yield}
	tick := time.NewTicker(lookAtQueue)
	defer tick.Stop()
	looked, back := time.Time{}, time.Now().Add(-firstLook).Unix()
	if newest > 0 {
		back = c.since()
	}
	for {
		if err := r.changed(ctx, c, false, c.since()); err != nil {
			return err
		}
		if time.Since(looked) >= lookAtHistory {
			now := time.Now()
			if err := r.changed(ctx, c, true, back); err != nil {
				return err
			}
			looked, back = now, now.Add(-skew).Unix()
		}
		c.forget()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (c *changes) since() int64 { return max(c.newest-int64(overlap.Seconds()), 0) }

// changed tells what one of the two witnesses says.
func (r *remote) changed(ctx context.Context, c *changes, gone bool, since int64) error {
	name, function := "condor_q", "queue_since"
	if gone {
		name, function = "condor_history", "history_since"
	}
	answer, err := r.ask(ctx, script{name: name, file: "changes", call: words(function, fmt.Sprint(since), adAttributes)})
	if err != nil {
		return err
	}
	ads, err := parseAds(answer["jobs"])
	if err != nil {
		return fault.Unavailable.New("%s: %w", r.point, err)
	}
	for _, ad := range ads {
		s, ok := ad.status(gone)
		if !ok || !scheduler.ValidToken(ad.Token) {
			continue
		}
		if err := c.tell(fmt.Sprintf("%d.%d", ad.ClusterID, ad.ProcID), s); err != nil {
			return err
		}
	}
	return nil
}

// tell tells what has not been told.
func (c *changes) tell(process string, s scheduler.Status) error {
	if before, there := c.told[process]; there && (reflect.DeepEqual(before, s) || before.State.Terminal()) {
		return nil
	}
	c.newest = max(c.newest, s.Time.Unix())
	if err := c.yield(scheduler.Event{Status: s, Cursor: scheduler.Cursor(strconv.FormatInt(c.newest, 10))}); err != nil {
		return err
	}
	c.told[process] = s
	return nil
}

// forget drops what will hardly be told again. The host drops repeats.
func (c *changes) forget() {
	for process, s := range c.told {
		if s.Time.Unix() < c.since() && s.Time.Before(time.Now().Add(-2*skew)) {
			delete(c.told, process)
		}
	}
}
