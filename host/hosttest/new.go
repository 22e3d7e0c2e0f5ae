package hosttest

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk"
)

// patience is how long anything here waits for something that a test expects, before it fails the test.
const patience = 30 * time.Second

// Default is the name of the scheduler that a host of New has, unless it was given drivers of another kind.
const Default = "Default"

// Option adds something to the host that [New] opens.
type Option func(*setup)

type setup struct {
	drivers []sdk.Plugin
	pool    *Pool
	config  string
}

// With adds drivers: a portal's own, or a pool under the name of a real type ([Pool.Driver]).
func With(drivers ...sdk.Plugin) Option {
	return func(s *setup) { s.drivers = append(s.drivers, drivers...) }
}

// WithPool adds a pool, as the type "pool", and a scheduler of it with the name [Default].
func WithPool(p *Pool) Option { return func(s *setup) { s.pool = p } }

// usual lets a job that a pool denies count as lost at once, as nearly as the configuration can say it: a test does not wait for minutes.
const usual = "jobs {\n  lost_after = \"1s\"\n}\n"

// WithConfig is the text of the configuration file, in HCL: schedulers that the file manages, for instance. Default: a file that says only that a job which its pool
// denies is lost after a second; give it a jobs block with lost_after for tests of [Pool.Lose].
func WithConfig(hcl string) Option { return func(s *setup) { s.config = hcl } }

// New opens a host that is closed when the test ends. Without options its scheduler [Default] is on a pool where every job succeeds at once. Whatever goes
// wrong fails the test. Warnings of the host and its drivers are in the test's log.
//
// Hosts share nothing: tests that run in parallel have one each.
func New(t testing.TB, options ...Option) *host.Host {
	t.Helper()
	s := setup{config: usual}
	for _, o := range options {
		o(&s)
	}
	if s.pool == nil && len(s.drivers) == 0 {
		s.pool = NewPool(t)
		s.pool.Play(func(Task) Result { return Result{} })
	}
	if s.pool != nil {
		s.drivers = append(s.drivers, s.pool.Driver("pool"))
	}
	h := open(t, s)
	if s.pool == nil {
		return h
	}
	d, err := h.CreateScheduler(Default, "", "pool", nil)
	if err == nil {
		err = d.Save(t.Context())
	}
	if err != nil {
		t.Fatalf("the scheduler %q of the test's host: %v", Default, err)
	}
	return h
}

func open(t testing.TB, s setup) *host.Host {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.hcl")
	if err := os.WriteFile(file, []byte(s.config), 0o600); err != nil {
		t.Fatalf("the configuration of the test's host: %v", err)
	}
	h, err := host.Open(t.Context(), host.Options{
		Config: file, Drivers: s.drivers, Log: hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: t.Output()}),
	})
	if err != nil {
		t.Fatalf("the test's host cannot be opened: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := h.Close(ctx); err != nil {
			t.Errorf("the test's host did not close in good order: %v", err)
		}
	})
	return h
}
