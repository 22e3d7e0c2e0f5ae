package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestManyReloadsAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release(t, dir+"/oceanid-x", "x", "1.0.0")
	o := catalog.Options{Dirs: []string{dir}}
	c := open(t, o)
	d := driver(t, c, "x")
	use(t, d)
	upgrades := 0
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			other := o
			other.Blocks = []catalog.Block{{Name: "x", Env: map[string]string{"N": fmt.Sprint(i)}}}
			changes, err := c.Reload(t.Context(), other)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			upgrades += len(changes.Upgraded)
		})
	}
	all.Wait()
	if n := d.Status().Generation; upgrades != 4 || n != 5 {
		t.Errorf("%d upgrades, generation %d", upgrades, n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Reload(ctx, o)
	if k := candidate(t, c, "x"); !errors.Is(err, context.Canceled) || k.State != supervise.Ready {
		t.Errorf("%v, %+v", err, k)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := c.Reload(t.Context(), o); fault.Of(err) != fault.Unavailable {
		t.Errorf("after Close: %v", err)
	}
}

// A reload that is under way hinders no end.
func TestCloseWhileReloading(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release(t, dir+"/oceanid-x", "x", "1.0.0")
	proving := make(chan struct{})
	o := catalog.Options{Dirs: []string{dir}, Prove: func(ctx context.Context, _ string, _ *pluginv1.DescribeResponse, _ supervise.Process) error {
		close(proving)
		<-ctx.Done()
		return ctx.Err()
	}}
	c := open(t, o)
	use(t, driver(t, c, "x"))
	release(t, dir+"/oceanid-x", "x", "1.0.1")
	reloaded := make(chan catalog.Changes)
	go func() {
		changes, err := c.Reload(t.Context(), o)
		if err != nil {
			t.Error(err)
		}
		reloaded <- changes
	}()
	<-proving
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	wantChanges(t, <-reloaded, "kept x")
}
