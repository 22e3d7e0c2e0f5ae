package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// envDriver makes this test binary a driver: its version, and what it does not take for a host.
const envDriver = "OCEANID_HOST_TEST_DRIVER"

func TestMain(m *testing.M) {
	if config, wanted := os.LookupEnv(envPortal); wanted {
		fmt.Fprintln(os.Stderr, portal(config))
		os.Exit(1)
	}
	if version, wanted := os.LookupEnv(envDriver); wanted {
		if os.Getenv(envDriver+"_WATCHES") != "" {
			sdk.Main(sdk.Scheduler("extra", version, newWatched))
		} else if os.Getenv(envDriver+"_RENAMED") != "" {
			sdk.Main(sdk.Scheduler("extra", version, newRenamed))
		} else {
			sdk.Main(sdk.Scheduler("extra", version, newFiles))
		}
		return
	}
	// What drivers of tests say of themselves is not kept among what real ones do.
	cache, err := os.MkdirTemp("", "oceanid-host-test-")
	if err == nil {
		err = os.Setenv("XDG_CACHE_HOME", cache)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(cache)
	os.Exit(code)
}

// files is a driver in a process of its own. Its pool is a folder with a file for each job, which is there for as long as the job runs.
type files struct {
	env    sdk.Env
	config filesConfig
}

type filesConfig struct {
	Host     string     `oceanid:"host" doc:"Where the pool is."`
	Password sdk.Secret `oceanid:"password,optional" doc:"Password of the account."`
}

// Validate lets a version object to hosts, or fail at them.
func (c filesConfig) Validate() error {
	if c.Host == os.Getenv(envDriver+"_DIES") {
		go panic("this is the end of " + c.Password.Reveal())
		select {}
	}
	if c.Host == os.Getenv(envDriver+"_FAILS") {
		panic("cannot cope with " + c.Password.Reveal())
	}
	if c.Host == os.Getenv(envDriver+"_REFUSES") {
		return sdk.Invalid("host", "%s is no longer known, and your password is %s", c.Host, c.Password.Reveal())
	}
	return nil
}

func newFiles(_ context.Context, c filesConfig, env sdk.Env) (*files, error) {
	return &files{env, c}, nil
}

// renamedConfig has another name for what every scheduler must have.
type renamedConfig struct {
	Address string `oceanid:"address" doc:"Where the pool is."`
}

func newRenamed(_ context.Context, c renamedConfig, env sdk.Env) (*files, error) {
	return &files{env, filesConfig{Host: c.Address}}, nil
}

// Submit tells in the job's name at the pool which version took it.
func (f *files) Submit(_ context.Context, job scheduler.Job) (scheduler.ID, error) {
	if job.Command == "die" {
		f.env.Log.Error("these are my last words")
		os.Exit(7)
	}
	if job.Command == "mutter" {
		f.env.Log.Error("cannot log in", "password", f.config.Password)
		f.env.Log.Error("cannot log in with "+f.config.Password.Reveal(), "tried", f.config.Password.Reveal())
		fmt.Fprintf(os.Stderr, "login: %q: no\n", f.config.Password.Reveal())
		go panic("no way in with " + f.config.Password.Reveal())
		select {}
	}
	if job.Command == "blurt" {
		return "", fault.Denied.New("the pool does not take %s", f.config.Password.Reveal())
	}
	if err := os.WriteFile(filepath.Join(f.env.Dir, job.Token), nil, 0o600); err != nil {
		return "", err
	}
	return scheduler.ID(os.Getenv(envDriver) + "/" + job.Token), nil
}

func (f *files) Query(_ context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	for _, ref := range q.Jobs {
		s := scheduler.Status{ID: ref.ID, Token: ref.Token, State: scheduler.Running}
		if _, err := os.Stat(filepath.Join(f.env.Dir, ref.Token)); errors.Is(err, os.ErrNotExist) {
			s.State, s.Exit = scheduler.Succeeded, &scheduler.Exit{}
		}
		if err := yield(s); err != nil {
			return err
		}
	}
	return nil
}

// watched is the same with events: a line in the file "ended" for each job that has ended, in whose order they are told.
type watched struct{ files }

func newWatched(_ context.Context, c filesConfig, env sdk.Env) (*watched, error) {
	return &watched{files{env, c}}, nil
}

func (w *watched) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	next := 0
	if from != "" {
		var err error
		if next, err = strconv.Atoi(string(from)); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		text, err := os.ReadFile(filepath.Join(w.env.Dir, "ended"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		ended := strings.Fields(string(text))
		for ; next < len(ended); next++ {
			s := scheduler.Status{ID: scheduler.ID(ended[next]), Token: ended[next], State: scheduler.Succeeded, Exit: &scheduler.Exit{}}
			if err := yield(scheduler.Event{Status: s, Cursor: scheduler.Cursor(strconv.Itoa(next + 1))}); err != nil {
				return err
			}
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

func (f *files) Cancel(_ context.Context, jobs []scheduler.Ref) error { return nil }

func (f *files) Probe(_ context.Context, report func(scheduler.Check)) error {
	report(scheduler.Check{Name: "version", OK: true, Text: os.Getenv(envDriver)})
	return nil
}

// install puts a form of the driver "extra" into place, at once: a script, so that each form has a checksum of its own.
func install(t *testing.T, path, version string, more ...string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nexec env %s=%s %s %q\n", envDriver, version, strings.Join(more, " "), self)
	if version == "" {
		script = "#!/bin/sh\necho there is no licence >&2\nexit 3\n"
	}
	if err := os.WriteFile(path+".new", []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// driver is how a host sees a driver.
func driver(t *testing.T, h *host.Host, name string) host.Driver {
	t.Helper()
	for _, d := range h.Drivers() {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("there is no driver %q", name)
	return host.Driver{}
}

// reload reloads, which must do exactly what is wanted.
func reload(t *testing.T, h *host.Host) host.Changes {
	t.Helper()
	c, err := h.Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}
