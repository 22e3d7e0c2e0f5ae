package host

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Changes are what Reload did, each list in the order of names. What is in none of them is as it was.
type Changes struct {
	// Added are the drivers that can be used now. Upgraded are those that have another form: another program, or other settings. Removed are gone.
	Added    []string `json:"added,omitempty"`
	Upgraded []string `json:"upgraded,omitempty"`
	Removed  []string `json:"removed,omitempty"`
	// SchedulersAdded and SchedulersChanged are those that the file manages.
	SchedulersAdded   []string `json:"schedulers_added,omitempty"`
	SchedulersChanged []string `json:"schedulers_changed,omitempty"`
	// Kept is what is not as configuration and folders have it now, because it could not be taken over. Reloading tries again.
	Kept []Kept `json:"kept,omitempty"`
}

// Kept is something that Reload did not take over.
type Kept struct {
	// What is it, as in `driver "slurm"` or `scheduler "flood"`.
	What string `json:"what"`
	// Reason says why, in words, and what has become of it.
	Reason string `json:"reason"`
}

// Reload reads the configuration again and looks again for drivers, and takes over what has changed, while the host goes on:
//
//   - A driver that is new, found or named by a block, can be used from now on.
//   - One whose program or block is another is started beside the one that runs, has to accept the configuration of every scheduler of its type, and
//     then takes over. No call is cut. If it does not start, or objects, the old one goes on, and Changes and Drivers say why. Where only idle, restart
//     or the limits of calls are others, the one that runs goes on under them.
//   - One that is gone is drained and stopped; its schedulers stay, and cannot be used.
//   - The schedulers of the file are kept as Open keeps them. One that is no longer in it stays until it is deleted.
//   - What it says about jobs, and quotas, holds from now on, also for the jobs that there are.
//
// A mistake in the file is an error with all mistakes and their places, and changes nothing. What the file says about the store needs a new start of the
// host. One Reload is made at a time; ctx bounds it, and so does Close, which makes it fault.Unavailable.
func (h *Host) Reload(ctx context.Context) (Changes, error) {
	select {
	case h.reloading <- struct{}{}:
		defer func() { <-h.reloading }()
	case <-ctx.Done():
		return Changes{}, fault.Of(ctx.Err()).New("reload: another one is under way: %w", context.Cause(ctx))
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(h.open, func() { cancel(context.Cause(h.open)) })()
	changes, err := h.reload(ctx)
	if cause := context.Cause(ctx); cause != nil {
		return changes, fault.Of(cause).New("reload: %w", cause)
	}
	return changes, err
}

func (h *Host) reload(ctx context.Context) (Changes, error) {
	file, _, err := load(h.options)
	if err != nil {
		return Changes{}, mistakes(ctx, h.options, file, err)
	}
	if err := h.check(ctx, file); err != nil {
		return Changes{}, err
	}
	sources, err := catalogOptions(h.options, file)
	if err != nil {
		return Changes{}, err
	}
	h.next.Store(file)
	defer h.next.Store(nil)
	done, err := h.catalog.Reload(ctx, sources)
	if err != nil {
		return Changes{}, err
	}
	was := h.file.Swap(file)
	c := driverChanges(done)
	h.takeSchedulers(ctx, file, &c)
	c.compare(was, file)
	h.warn(ctx, file)
	h.manager.Wake()
	return c, nil
}

// check tells every mistake in a file that may take the place of the present one. The drivers are those that the file is about, asked in a catalog of
// their own: not one that runs is touched.
func (h *Host) check(ctx context.Context, file *config.File) error {
	sources, err := catalogOptions(h.options, file)
	if err != nil {
		return err
	}
	sources.NoRestarts = true
	drivers := catalog.Open(sources)
	defer func() {
		if err := drivers.Close(context.WithoutCancel(ctx)); err != nil {
			h.log.Warn("a driver that was asked about a configuration did not end in good order", "error", err)
		}
	}()
	next := plan{file: file, drivers: drivers}
	var wrong []error
	for _, b := range file.Schedulers {
		wrong = append(wrong, h.checkBlock(ctx, next, b))
	}
	return config.Join(wrong...)
}

func (h *Host) checkBlock(ctx context.Context, next plan, b *config.Block) error {
	if _, _, err := next.driver(ctx, b.Type); err != nil && !errors.Is(err, fault.NotFound) {
		// That is the matter of the driver's upgrade. If it is refused the present one goes on, and so its schema counts.
		if _, _, err := h.plan().driver(ctx, b.Type); err == nil {
			next.drivers = h.catalog
		}
	}
	d, err := next.scheduler(ctx, b)
	if err != nil {
		return err
	}
	record, err := h.store.Scheduler(ctx, b.Name)
	if err == nil {
		var same bool
		if same, err = h.unchanged(ctx, d, record); same || err != nil {
			return err
		}
	} else if !errors.Is(err, fault.NotFound) {
		return err
	}
	if err := d.validate(ctx); errors.As(err, new(*call.ConfigError)) {
		return d.explained(ctx, err)
	}
	return nil // or a driver that does not run: that is no mistake in the file
}

func driverChanges(done catalog.Changes) Changes {
	c := Changes{Added: done.Added, Upgraded: done.Upgraded, Removed: done.Removed}
	for _, name := range slices.Sorted(maps.Keys(done.Kept)) {
		c.keep("driver", name, "goes on in its old form: %v", done.Kept[name])
	}
	for _, name := range slices.Sorted(maps.Keys(done.Refused)) {
		c.keep("driver", name, "cannot be used: %v", done.Refused[name])
	}
	return c
}

func (c *Changes) keep(kind, name, format string, args ...any) {
	what := fmt.Sprintf("%s %q", kind, name)
	// Most errors begin with what they are about, which stands before the reason already.
	reason := strings.Replace(fmt.Sprintf(format, args...), what+": ", "", 1)
	c.Kept = append(c.Kept, Kept{What: what, Reason: reason})
}

// takeSchedulers keeps the schedulers of a file that has become the present one.
func (h *Host) takeSchedulers(ctx context.Context, file *config.File, c *Changes) {
	for _, b := range file.Schedulers {
		d, err := h.plan().scheduler(ctx, b)
		became := keptAsItWas
		if err == nil {
			became, err = h.keep(ctx, d)
		}
		switch {
		case err != nil:
			c.keep("scheduler", b.Name, "is as it was before: %v", err)
		case became == keptNew:
			c.SchedulersAdded = append(c.SchedulersAdded, b.Name)
		case became == keptChanged:
			c.SchedulersChanged = append(c.SchedulersChanged, b.Name)
		}
	}
	slices.Sort(c.SchedulersAdded)
	slices.Sort(c.SchedulersChanged)
}

// compare notes what a file cannot change by itself.
func (c *Changes) compare(was, now *config.File) {
	for _, b := range was.Schedulers {
		if blockOf(now, b.Name) == nil {
			c.keep("scheduler", b.Name, "is no longer in the file; it stays, with its jobs, until it is deleted (oceanid schedulers delete)")
		}
	}
	a, b := was.Store, now.Store
	a.Block, b.Block = nil, nil
	if a != b {
		c.Kept = append(c.Kept, Kept{What: "store", Reason: "a running host stays with its store: what the file says about it now needs a new start"})
	}
}
