package catalog_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/launch/launchtest"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Until somebody says so, a driver that runs does so whatever becomes of its file; its next start looks at that.
func TestFileReplacedWithoutReload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release(t, dir+"/oceanid-x", "x", "1.0.0")
	c := open(t, catalog.Options{Dirs: []string{dir}})
	d := driver(t, c, "x")
	use(t, d)
	release(t, dir+"/oceanid-x", "x", "1.1.0")
	if said, err := d.Describe(t.Context()); err != nil || said.GetVersion() != "1.0.0" || candidate(t, c, "x").Version != "1.0.0" {
		t.Errorf("%v, %v", said, err)
	}
	lease, err := d.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = launchtest.Command(t.Context(), lease.Conn(), "panic boom")
	<-lease.Done()
	lease.Release()
	use(t, d)
	k := candidate(t, c, "x")
	if k.Version != "1.1.0" || k.Restarts != 1 || k.LastCrash == nil || !strings.Contains(k.LastCrash.Panic, "boom") || k.CrashedAt.IsZero() || k.State != supervise.Ready {
		t.Errorf("%+v", k)
	}
}

func TestIdleDriver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release(t, dir+"/oceanid-x", "x", "1.0.0")
	var mu sync.Mutex
	heard := map[string]int{}
	news := make(chan string, 100)
	c := open(t, catalog.Options{Dirs: []string{dir}, Blocks: []catalog.Block{{Name: "x", Idle: 50 * time.Millisecond}}, Changed: func(name string) {
		mu.Lock()
		heard[name]++
		mu.Unlock()
		news <- name
	}})
	d := driver(t, c, "x")
	for generation := range uint64(2) {
		if use(t, d); d.Status().Generation < generation+1 {
			t.Errorf("%+v", d.Status())
		}
		for enough := time.After(20 * time.Second); d.Status().State != supervise.Stopped; {
			select {
			case <-news:
			case <-enough:
				t.Fatal("it goes on")
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if heard["x"] < 7 || len(heard) != 1 { // starting, ready, draining, stopped
		t.Errorf("%v", heard)
	}
}

// A driver that is removed finishes the calls that it has; whoever waits for it hears that it is gone.
func TestRemovedUnderCall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	release(t, dir+"/oceanid-x", "x", "1.0.0")
	c := open(t, catalog.Options{Dirs: []string{dir}})
	d := driver(t, c, "x")
	lease, err := d.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	removed := make(chan catalog.Changes)
	go func() {
		changes, err := c.Reload(t.Context(), catalog.Options{})
		if err != nil {
			t.Error(err)
		}
		removed <- changes
	}()
	<-lease.Retiring()
	if _, err := d.Acquire(t.Context()); fault.Of(err) != fault.NotFound || err.Error() != `driver "x": there is none of that name; there is none at all` {
		t.Error(err)
	}
	if _, err := launchtest.Command(t.Context(), lease.Conn(), ""); err != nil {
		t.Errorf("the call was cut: %v", err)
	}
	lease.Release()
	wantChanges(t, <-removed, "removed x")
	select {
	case <-lease.Done():
	default:
		t.Error("it goes on")
	}
}
