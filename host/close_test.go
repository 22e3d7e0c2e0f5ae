package host_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A driver that never comes back, whatever it is told, does not keep its host from closing.
func TestCloseIsBounded(t *testing.T) {
	t.Parallel()
	p := newPool()
	called, never := make(chan struct{}), make(chan struct{})
	defer close(never)
	p.setTrouble(func(scheduler.Job) error { close(called); <-never; return nil })
	path := filepath.Join(t.TempDir(), "config.hcl")
	write(t, path, "")
	h, err := host.Open(t.Context(), host.Options{Config: path, Drivers: drivers(p.plugin("memory")).Drivers})
	if err != nil {
		t.Fatal(err)
	}
	s := saved(t, h, "s")
	submitted := make(chan error, 1)
	go func() {
		_, err := s.Submit(t.Context(), scheduler.Job{Command: "x"})
		submitted <- err
	}()
	<-called
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Close(over); err != nil {
		t.Logf("close: %v", err)
	}
	<-submitted
}
