package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestSchedulerLife(t *testing.T) {
	t.Parallel()
	ctx, p := t.Context(), newPool()
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	if _, err := h.GetScheduler(ctx, "flood"); !errors.Is(err, fault.NotFound) {
		t.Fatalf("got %v", err)
	}
	s, err := h.CreateScheduler("flood", "pool.example.org", "memory", host.Config{"password": "opensesame"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.GetScheduler(ctx, "flood"); !errors.Is(err, fault.NotFound) {
		t.Fatalf("a scheduler exists before it is saved: %v", err)
	}
	if _, err := s.Submit(ctx, scheduler.Job{Command: "x"}); !errors.Is(err, fault.Conflict) {
		t.Errorf("submit before save: %v", err)
	}
	if err := s.Test(ctx, nil); err != nil {
		t.Errorf("an unsaved scheduler cannot be tested: %v", err)
	}
	if err := s.Save(ctx); err != nil {
		t.Fatal(err)
	}
	again, err := h.GetScheduler(ctx, "flood")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(host.Config{"host": "pool.example.org", "port": 22.0}, again.Config()); diff != "" || again.Type() != "memory" || again.Revision() != 1 || again.Managed() != "" {
		t.Errorf("read back as %s %d %q: %s", again.Type(), again.Revision(), again.Managed(), diff)
	}
	if raw, _ := json.Marshal(again); strings.Contains(string(raw), "opensesame") {
		t.Errorf("the secret is in %s", raw)
	}
	if err := again.Test(ctx, nil); err != nil {
		t.Errorf("a saved scheduler has lost its secret: %v", err)
	}
	again.Set(host.Config{"port": 2222})
	if err := again.Save(ctx); err != nil {
		t.Fatal(err)
	}
	if err := again.Test(ctx, nil); err != nil || again.Config()["port"] != 2222.0 {
		t.Errorf("changing the port lost the secret: %v, %v", err, again.Config())
	}
	s.Set(host.Config{"port": 3})
	if err := s.Save(ctx); !errors.Is(err, fault.Conflict) {
		t.Errorf("a stale scheduler was saved: %v", err)
	}
	if err := s.Delete(ctx); !errors.Is(err, fault.Conflict) {
		t.Errorf("a stale scheduler was deleted: %v", err)
	}
	if err := again.Delete(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := h.GetScheduler(ctx, "flood"); !errors.Is(err, fault.NotFound) {
		t.Errorf("deleted, but %v", err)
	}
	for deadline := time.Now().Add(20 * time.Second); p.left() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the driver keeps %d instances of schedulers that are gone", p.left())
		}
	}
}

func TestRefusedSchedulers(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), drivers(newPool().plugin("memory")))
	for name, c := range map[string]struct {
		typ    string
		host   string
		config host.Config
		kind   fault.Kind
		want   string
	}{
		"unknown option":     {"memory", "h", host.Config{"prot": 22}, fault.Invalid, `"port"`},
		"missing option":     {"memory", "", nil, fault.Invalid, "host"},
		"wrong type":         {"memory", "h", host.Config{"port": "many"}, fault.Invalid, "port"},
		"the driver's own":   {"memory", "nowhere", nil, fault.Invalid, "host: no such host"},
		"no driver":          {"memorie", "h", nil, fault.NotFound, `"memory"`},
		"no driver, default": {"", "h", nil, fault.NotFound, "condor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := h.CreateScheduler("s "+name, c.host, c.typ, c.config)
			if err == nil {
				err = s.Save(t.Context())
			}
			if fault.Of(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.want) {
				t.Errorf("got %v (%s), want %s saying %s", err, fault.Of(err), c.kind, c.want)
			}
		})
	}
	if _, err := h.CreateScheduler("twice", "h", "memory", host.Config{"host": "i"}); !errors.Is(err, fault.Invalid) {
		t.Errorf("two hosts: %v", err)
	}
}

func TestOneNameOneWinner(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), drivers(newPool().plugin("memory")))
	var won, lost atomic.Int32
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			s, err := h.CreateScheduler("Default", fmt.Sprint("host", i), "memory", nil)
			if err == nil {
				err = s.Save(t.Context())
			}
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, fault.Exists):
				lost.Add(1)
			default:
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || lost.Load() != 49 {
		t.Errorf("%d won, %d lost", won.Load(), lost.Load())
	}
}

func TestListing(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), drivers(newPool().plugin("memory"), newPool().plugin("other")))
	for _, name := range []string{"delta", "alpha", "charlie", "bravo"} {
		saved(t, h, name)
	}
	other, err := h.CreateScheduler("beta", "h", "other", nil)
	if err == nil {
		err = other.Save(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	names := func(o host.ListOptions) (names []string) {
		list, err := h.ListSchedulers(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			names = append(names, s.Name())
		}
		return names
	}
	for want, o := range map[string]host.ListOptions{
		"alpha beta bravo charlie delta": {},
		"alpha bravo charlie delta":      {Type: "memory"},
		"beta":                           {Type: "other"},
		"beta bravo":                     {After: "alpha", Limit: 2},
		"charlie delta":                  {After: "bravo", Type: "memory"},
	} {
		if got := strings.Join(names(o), " "); got != want {
			t.Errorf("%+v lists %q, want %q", o, got, want)
		}
	}
}

func TestManagedByTheFile(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newPool()
	path := filepath.Join(dir, "config.hcl")
	write(t, path, "scheduler \"memory\" \"Default\" {\n  host     = \"pool.example.org\"\n  password = \"opensesame\"\n}\n")
	h := open(t, dir, drivers(p.plugin("memory")))
	s, err := h.GetScheduler(t.Context(), "Default")
	if err != nil {
		t.Fatal(err)
	}
	if want := path + ":1"; s.Managed() != want || s.Revision() != 1 {
		t.Errorf("managed by %q at revision %d, want %q", s.Managed(), s.Revision(), want)
	}
	s.Set(host.Config{"port": 1})
	if err := s.Save(t.Context()); !errors.Is(err, fault.Denied) {
		t.Errorf("a managed scheduler was saved: %v", err)
	}
	if err := s.Delete(t.Context()); !errors.Is(err, fault.Denied) {
		t.Errorf("a managed scheduler was deleted: %v", err)
	}

	// Opening again with the same file changes nothing; a change in the file is a new revision; out of the file it can be deleted.
	second := open(t, dir, drivers(p.plugin("memory")))
	if s, err = second.GetScheduler(t.Context(), "Default"); err != nil || s.Revision() != 1 {
		t.Errorf("opened again: revision %d, %v", s.Revision(), err)
	}
	write(t, path, "\nscheduler \"memory\" \"Default\" {\n  host     = \"other.example.org\"\n  password = \"opensesame\"\n}\n")
	third := open(t, dir, drivers(p.plugin("memory")))
	if s, err = third.GetScheduler(t.Context(), "Default"); err != nil || s.Revision() != 2 || s.Config()["host"] != "other.example.org" || s.Managed() != path+":2" {
		t.Errorf("after a change: revision %d, %v, managed by %s, %v", s.Revision(), s.Config(), s.Managed(), err)
	}
	write(t, path, "")
	fourth := open(t, dir, drivers(p.plugin("memory")))
	if s, err = fourth.GetScheduler(t.Context(), "Default"); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context()); err != nil {
		t.Errorf("out of the file, but not deleted: %v", err)
	}
}

func TestMistakesInTheFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"several": {
			"scheduler \"memory\" \"a\" {\n  hots = \"x\"\n}\nscheduler \"memori\" \"b\" {\n}\n",
			`config.hcl:2,3-7`,
		},
		"of the file and of a block": {
			"drivre_dir = \"x\"\nscheduler \"memory\" \"a\" {\n  hots = \"x\"\n}\nscheduler \"memori\" \"b\" {\n}\n",
			`config.hcl:3,3-7`,
		},
		"the driver's own": {
			"scheduler \"memory\" \"a\" {\n  port = 23\n  host = \"nowhere\"\n}\n",
			`config.hcl:3,10-19: no such host`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "config.hcl"), c.text)
			_, err := tryOpen(t, dir, drivers(newPool().plugin("memory")))
			if !errors.Is(err, fault.Invalid) || !strings.Contains(fmt.Sprint(err), c.want) {
				t.Fatalf("got %v", err)
			}
			if name == "several" && !strings.Contains(err.Error(), "config.hcl:4,") || name == "of the file and of a block" && !strings.Contains(err.Error(), "config.hcl:1,") {
				t.Errorf("only some of the mistakes are told: %v", err)
			}
		})
	}
}

// slowConfig is checked for as long as nobody writes to the pipe that it names.
type slowConfig struct {
	Pipe string `oceanid:"pipe" doc:"A named pipe."`
	Port int    `oceanid:"port,default=22" doc:"Port of the pool."`
}

func (c slowConfig) Validate() error { _, err := os.ReadFile(c.Pipe); return err }

// A driver that does not answer keeps nobody from a scheduler whose configuration it is asked about.
func TestASlowDriverHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	p := newPool()
	slow := sdk.Scheduler("slow", "1.0.0", func(context.Context, slowConfig, sdk.Env) (*polledDriver, error) { return p.open(poolConfig{}), nil })
	h := open(t, t.TempDir(), drivers(slow))
	s, err := h.CreateScheduler("s", "", "slow", host.Config{"pipe": pipe})
	if err != nil {
		t.Fatal(err)
	}
	saved := make(chan error, 1)
	for _, port := range []int{22, 23} {
		go func() { saved <- s.Save(t.Context()) }()
		asked, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits until the driver is asked
		if err != nil {
			t.Fatal(err)
		}
		revision := s.Revision()
		s.Set(host.Config{"port": 23})
		asked.Close()
		if err := <-saved; err != nil || s.Revision() != revision+1 || s.Config()["port"] != float64(port) {
			t.Errorf("saved %v as revision %d, want port %d: %v", s.Config(), s.Revision(), port, err)
		}
	}
}
