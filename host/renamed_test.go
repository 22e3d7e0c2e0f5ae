package host_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A new form with another name for a required option, and the file that goes with it, are taken over without a call that fails in between.
func TestAnUpgradeThatRenamesAnOption(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program, config := filepath.Join(dir, "oceanid-extra"), filepath.Join(dir, "config.hcl")
	install(t, program, "1.0.0")
	block := fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\n", program)
	write(t, config, block+"scheduler \"extra\" \"filed\" {\n  host = \"filed.example.org\"\n}\n")
	h := open(t, dir, host.Options{})
	s, err := h.GetScheduler(t.Context(), "filed")
	if err != nil {
		t.Fatal(err)
	}
	version(t, s) // it runs

	install(t, program, "2.0.0", envDriver+"_RENAMED=1")
	write(t, config, block+"scheduler \"extra\" \"filed\" {\n  address = \"filed.example.org\"\n}\n")
	var over atomic.Bool
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for !over.Load() {
				if _, err := s.Submit(t.Context(), scheduler.Job{Command: "/bin/model"}); err != nil {
					t.Errorf("a call failed: %v", err)
					return
				}
			}
		})
	}
	changes := reload(t, h)
	over.Store(true)
	callers.Wait()
	if diff := cmp.Diff(host.Changes{Upgraded: []string{"extra"}, SchedulersChanged: []string{"filed"}}, changes); diff != "" {
		t.Error(diff)
	}
	if s, err = h.GetScheduler(t.Context(), "filed"); err != nil || version(t, s) != "2.0.0" {
		t.Error(err)
	}
}
