package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Catalog is the drivers that there are. It is safe for concurrent use.
type Catalog struct {
	o       Options
	sums    *launch.Checksums
	words   *words
	entries []*entry          // in the order in which they win
	byName  map[string]*entry // the first of each name
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
	c := &Catalog{o: o, sums: new(launch.Checksums), words: newWords(""), byName: map[string]*entry{}}
	if o.CacheDir != "" {
		if err := ownFolder(o.CacheDir); err != nil {
			o.Log.Warn("what drivers say of themselves is not kept", "error", err)
		} else {
			c.sums.File = filepath.Join(o.CacheDir, "checksums.json")
			c.words = newWords(o.CacheDir)
		}
	}
	c.collect()
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
	e := c.byName[name]
	if e == nil {
		return nil, c.notFound(name)
	}
	if _, _, err := e.inspect(); err != nil {
		return nil, err
	}
	return &Driver{entry: e}, nil
}

func (c *Catalog) notFound(name string) error {
	names := slices.Sorted(maps.Keys(c.byName))
	hint := "there are: " + strings.Join(names, ", ")
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if len(names) == 0 {
		hint = "there is none at all"
	}
	if len(c.o.Dirs) > 0 {
		hint += fmt.Sprintf(" (drivers are files named %sNAME in %s, or named by a driver block)", prefix, strings.Join(c.o.Dirs, ", "))
	}
	return fault.NotFound.New("driver %q: there is none of that name; %s", name, hint)
}

// nearest is the name that was most likely meant; "": none is likely.
func nearest(name string, names []string) string {
	best, at := "", min(3, len(name)/2)+1
	for _, n := range names {
		if d := levenshtein.Distance(name, n, nil); d < at {
			best, at = n, d
		}
	}
	return best
}

// Close drains and ends every driver; ctx bounds it.
func (c *Catalog) Close(ctx context.Context) error {
	errs := make([]error, len(c.entries))
	var closing sync.WaitGroup
	for i, e := range c.entries {
		closing.Go(func() { errs[i] = e.supervisor.Close(ctx) })
	}
	closing.Wait()
	return errors.Join(errs...)
}
