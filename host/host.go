package host

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/feed"
	"github.com/oceanid/oceanid/internal/follow"
	"github.com/oceanid/oceanid/internal/outbox"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// Host holds drivers, schedulers and jobs together. Open makes one, Close ends it.
type Host struct {
	log     hclog.Logger
	options Options
	file    atomic.Pointer[config.File] // the one that the host goes by
	next    atomic.Pointer[config.File] // the one that takes its place, while it does
	data    string
	store   *store.Store
	catalog *catalog.Catalog
	feed    *feed.Feed
	submits *follow.Submitter
	manager *follow.Manager
	outbox  *outbox.Outbox
	links   links
	heard   announcements
	healths healths

	bulkheads    bulkheads
	driversHeard announcements
	reloading    chan struct{}   // holds one token: the right to reload
	open         context.Context // until Close begins
	shut         context.CancelCauseFunc
	unmeasure    func() // nil: nothing is measured
	jobsMeasured *jobMetrics

	stop    context.CancelFunc
	running sync.WaitGroup
}

// Open reads the configuration, opens the store, looks for drivers, and keeps the schedulers of the file. It starts a driver only for a scheduler of
// the file that is new or has changed, which its driver must accept first, and, to learn its schema, one that this machine has never seen. An error in the
// configuration tells every mistake with file, line, column and the line itself.
//
// ctx bounds Open alone; the host goes on until Close.
func Open(ctx context.Context, o Options) (*Host, error) {
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	file, folder, err := load(o)
	if err != nil {
		return nil, mistakes(ctx, o, file, err)
	}
	h := &Host{log: o.Log, options: o, data: file.Store.Path, reloading: make(chan struct{}, 1)}
	h.open, h.shut = context.WithCancelCause(context.Background())
	h.file.Store(file)
	if h.data == "" {
		h.data = filepath.Join(folder, "oceanid.data")
	}
	if h.store, err = store.Open(ctx, storeOptions(o, file, h.data)); err != nil {
		return nil, err
	}
	sources, err := catalogOptions(o, file)
	if err != nil {
		return nil, errors.Join(err, h.store.Close())
	}
	sources.Prove, sources.Changed = h.prove, h.driversHeard.announce
	h.catalog = catalog.Open(sources)
	if err := h.measure(); err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	h.links.init()
	h.feed = feed.New(h.store)
	h.submits = follow.NewSubmitter(h.store, h.driver)
	owner := rand.Text()
	h.manager = &follow.Manager{Store: h.store, Feed: h.feed, Submits: h.submits, Drivers: h.driver, Rules: h.rules, Owner: owner, Log: o.Log.Named("follow")}
	h.outbox = outbox.New(h.store, owner, o.Log.Named("handlers"))
	if err := h.applyFile(ctx); err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	if !o.NoFollow {
		h.warn(ctx, file)
		if err := h.outbox.Handle(ctx, h.manager.Fetch()); err != nil {
			return nil, errors.Join(err, h.Close(ctx))
		}
	}
	running, stop := context.WithCancel(context.Background())
	h.stop = stop
	if !o.NoFollow {
		h.running.Go(func() { h.manager.Sweep(running) })
	}
	if h.jobsMeasured != nil {
		h.running.Go(func() { h.measureEnds(running) })
	}
	h.running.Go(func() { h.listen(running, !o.NoFollow) })
	return h, nil
}

// mistakes tells everything that is wrong with a configuration that is wrong already: the schedulers' blocks are looked at all the same.
func mistakes(ctx context.Context, o Options, file *config.File, wrong error) error {
	if file == nil {
		return wrong
	}
	sources, err := catalogOptions(o, file)
	if err != nil {
		return wrong
	}
	sources.NoRestarts = true
	drivers := catalog.Open(sources)
	_, err = plan{file: file, drivers: drivers}.schedulers(ctx)
	return errors.Join(config.Join(wrong, err), drivers.Close(ctx))
}

// Close ends what the host does, drains its drivers and stops them, and closes the store. Jobs go on at their pools. ctx bounds it: when it is done
// drivers are stopped by force, and what was still under way fails.
func (h *Host) Close(ctx context.Context) error {
	h.shut(fault.By(fault.Host, fault.Unavailable.New("the host is closing")))
	if h.stop != nil {
		h.stop()
	}
	var handlers error
	if h.outbox != nil {
		handlers = h.outbox.Close(ctx)
	}
	select {
	case h.reloading <- struct{}{}: // a reload has drivers of its own
		defer func() { <-h.reloading }()
	case <-ctx.Done():
	}
	ended := make(chan struct{})
	go func() { h.running.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
		// A call of a driver that hangs keeps one of them; it comes back when the driver is gone.
	}
	err := errors.Join(handlers, h.catalog.Close(ctx))
	if h.unmeasure != nil {
		h.unmeasure()
	}
	late := time.NewTimer(lastMoment)
	defer late.Stop()
	select {
	case <-ended:
	case <-late.C:
		err = errors.Join(err, fault.By(fault.Host, fault.Timeout.New("the following of jobs has not ended: a driver or the store does not answer")))
	}
	return errors.Join(err, h.store.Close())
}

// lastMoment is how long Close waits for its own goroutines when nothing is left that they could wait for.
const lastMoment = time.Second

// listen hears of every change in the store, whoever made it.
func (h *Host) listen(ctx context.Context, follows bool) {
	for uid := range h.store.Changes(ctx) {
		h.links.changed(uid)
		h.feed.Changed(ctx, uid)
		h.heard.announce(uid)
		h.outbox.Changed(ctx, uid)
		if follows {
			h.manager.Changed(ctx, uid)
		}
	}
	h.manager.Wait()
}

// load reads the configuration and tells which folder paths are relative to. The file is there beside an error that is about what it says.
func load(o Options) (*config.File, string, error) {
	path := o.Config
	if path == "" {
		path = "config.hcl"
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return &config.File{}, ".", nil
		}
	}
	file, err := config.Load(path)
	if file != nil && o.Redis == nil {
		err = config.Join(err, wrongAddress(file))
	}
	if err != nil {
		return file, "", err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return file, path, nil
	}
	return file, filepath.Dir(path), nil
}

// wrongAddress is an address at which there can be no store, told where it stands.
func wrongAddress(file *config.File) error {
	if file.Store.Address == "" {
		return nil
	}
	if err := store.CheckURL(storeURL(file)); err != nil {
		return file.Invalid(file.Store.Block, "address", err.Error(), "")
	}
	return nil
}

func storeURL(file *config.File) string {
	return withUser(file.Store.Address.Reveal(), file.Store.Username, file.Store.Password.Reveal())
}

func storeOptions(o Options, file *config.File, data string) store.Options {
	return store.Options{
		URL:    storeURL(file),
		Path:   data,
		Client: o.Redis,
		Keeper: file.Store.Keeper.Reveal(),
		Log:    o.Log.Named("store"),
	}
}

// withUser puts a user and a password into a Redis URL, in place of those that it has. A URL with several hosts is none that net/url can take apart.
func withUser(address, user, password string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || user == "" && password == "" {
		return address
	}
	if hosts, _, _ := strings.Cut(rest, "/"); strings.Contains(hosts, "@") {
		rest = rest[strings.LastIndex(hosts, "@")+1:]
	}
	return scheme + "://" + url.UserPassword(user, password).String() + "@" + rest
}
