package host_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// open opens a host on a folder of its own with drivers for pools.
func open(t *testing.T, dir string, o host.Options) *host.Host {
	t.Helper()
	h, err := tryOpen(t, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func tryOpen(t *testing.T, dir string, o host.Options) (*host.Host, error) {
	t.Helper()
	if o.Config == "" {
		o.Config = filepath.Join(dir, "config.hcl")
		if _, err := os.Stat(o.Config); err != nil {
			write(t, o.Config, "")
		}
	}
	if os.Getenv("OCEANID_TEST_LOG") != "" {
		o.Log = hclog.New(&hclog.LoggerOptions{Level: hclog.Debug, Output: os.Stderr})
	}
	h, err := host.Open(t.Context(), o)
	if err == nil {
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			if err := h.Close(ctx); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	return h, err
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func drivers(ps ...sdk.Plugin) host.Options { return host.Options{Drivers: ps} }

// saved makes and saves a scheduler of the in-memory pool.
func saved(t *testing.T, h *host.Host, name string) *host.Scheduler {
	t.Helper()
	s, err := h.CreateScheduler(name, "pool.example.org", "memory", nil)
	if err == nil {
		err = s.Save(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// submit runs a job, and fails the test if that does not work.
func submit(t *testing.T, s *host.Scheduler, job scheduler.Job) *host.Job {
	t.Helper()
	if job.Command == "" {
		job.Command = "/bin/model"
	}
	j, err := s.Submit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// reach waits until a job comes into a state.
func reach(t *testing.T, j *host.Job, want scheduler.State) *host.Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for e, err := range j.Watch(ctx) {
		if err != nil {
			now, _ := j.Get(t.Context())
			t.Fatalf("job %s never became %s: %v: %+v", j.ID, want, err, now)
		}
		if e.State == want {
			now, err := j.Get(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return now
		}
	}
	t.Fatalf("job %s ended without becoming %s", j.ID, want)
	return nil
}
