package soak_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

// A driver is upgraded again and again while many callers use it: no call fails, and who follows the events hears each once and in order.
func TestAHundredUpgrades(t *testing.T) {
	const callers = 32
	upgrades := 100
	if testing.Short() {
		upgrades = 10
	}
	binary, drivers, pool := ledger(t), t.TempDir(), t.TempDir()
	release(t, drivers, binary, "1.0.0")
	o := open(t, drivers, pool, catalog.Restart{})
	defer o.catalog.Close(context.Background())
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()

	var heard []string
	var tokens atomic.Int64
	moves := 0
	watching, unwatch := context.WithCancel(ctx)
	var watcher, all sync.WaitGroup
	watcher.Go(func() {
		o.follow(watching, func(token string) { heard = append(heard, token); tokens.Add(1) }, func(err error) {
			// A stream ends when its driver makes way, and for no other reason.
			if moves++; !errors.Is(err, fault.Unavailable) || fault.Blame(err) != fault.Host {
				t.Errorf("the stream of events ended: %v", err)
			}
		})
	})
	var done atomic.Bool
	var made atomic.Int64
	for i := range callers {
		all.Go(func() {
			for n := 0; !done.Load(); n++ {
				if err := o.job(ctx, fmt.Sprintf("%d-%d", i, n)); err != nil {
					t.Errorf("after %d jobs: %v", made.Load(), err)
					return
				}
				made.Add(1)
			}
		})
	}
	for i := range upgrades {
		for before := made.Load(); made.Load() < before+callers && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
		release(t, drivers, binary, fmt.Sprintf("1.0.%d", i+1))
		changes, err := o.catalog.Reload(ctx, o.options)
		if err != nil || !slices.Equal(changes.Upgraded, []string{"ledger"}) {
			t.Errorf("upgrade %d: %+v, %v", i+1, changes, err)
		}
		if t.Failed() {
			break
		}
	}
	done.Store(true)
	all.Wait()
	want := submitted(t, pool)
	for tokens.Load() < int64(len(want)) && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	unwatch()
	watcher.Wait()

	if int64(len(want)) != made.Load() || !slices.Equal(heard, want) {
		t.Errorf("%d jobs were made and %d submitted; %d events were heard, not the same or in another order", made.Load(), len(want), len(heard))
	}
	status := o.driver.Status()
	if status.State != supervise.Ready || status.Generation != uint64(upgrades)+1 || status.Crash != nil || status.Restarts != 0 {
		t.Errorf("%+v", status)
	}
	if said, err := o.driver.Describe(ctx); err != nil || said.GetVersion() != fmt.Sprintf("1.0.%d", upgrades) {
		t.Errorf("%v, %v", said, err)
	}
	t.Logf("%d jobs under %d upgrades, the stream moved %d times", made.Load(), upgrades, moves)
}
