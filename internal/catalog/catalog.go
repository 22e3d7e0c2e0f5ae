package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/supervise"
)

// Catalog is the drivers that there are. It is safe for concurrent use.
type Catalog struct {
	o     Options // without the sources, which are those of the last Reload
	sums  *launch.Checksums
	words *words
	// candidates are those of now. A reload puts others in their place.
	candidates atomic.Pointer[candidates]

	reloading chan struct{} // holds one token: the right to change candidates
	mu        sync.Mutex
	closed    bool
	cancel    context.CancelFunc // of the present reload
}

// Open looks for drivers and starts none. What is wrong with one of them is in [Catalog.Candidates]. Whoever opens a catalog closes it.
func Open(o Options) *Catalog {
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = 10 * time.Second
	}
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	c := &Catalog{o: o, sums: new(launch.Checksums), words: newWords(""), reloading: make(chan struct{}, 1)}
	if o.CacheDir != "" {
		if err := ownFolder(o.CacheDir); err != nil {
			o.Log.Warn("what drivers say of themselves is not kept", "error", err)
		} else {
			c.sums.File = filepath.Join(o.CacheDir, "checksums.json")
			c.words = newWords(o.CacheDir)
		}
	}
	found := c.collect(o)
	for _, e := range found.byName {
		e.supervisor = supervise.New(e.supervision())
	}
	c.candidates.Store(found)
	return c
}

// ownFolder makes a folder that only its owner may write to, or checks that it is one: who writes to it tells the host what a driver's secrets are.
func ownFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("others may write to %s: chmod go-w it", dir)
	}
	return nil
}

// Driver gives the driver of a name, not started. A name that is not there is fault.NotFound and suggests the nearest; one that is refused gives
// the reason, most often fault.Invalid.
func (c *Catalog) Driver(ctx context.Context, name string) (*Driver, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	d := &Driver{catalog: c, name: name}
	e, err := d.entry()
	if err != nil {
		return nil, err
	}
	// What runs was looked at when it was started, whatever has become of its file.
	if !e.runs() {
		if _, _, err := e.inspect(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// Close drains and ends every driver; ctx bounds it. A reload under way is given up.
func (c *Catalog) Close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	if c.cancel != nil {
		c.cancel()
	}
	c.mu.Unlock()
	select {
	case c.reloading <- struct{}{}:
		defer func() { <-c.reloading }()
	case <-ctx.Done():
	}
	var mu sync.Mutex
	var errs []error
	var closing sync.WaitGroup
	for _, e := range c.candidates.Load().byName {
		closing.Go(func() {
			err := e.supervisor.Close(ctx)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	closing.Wait()
	return errors.Join(errs...)
}
