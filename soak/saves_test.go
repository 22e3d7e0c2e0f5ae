package soak_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The test binary saves schedulers, too, when this names the folder of its store.
const saverEnv = "OCEANID_SOAK_SAVER"

// nothing is a driver that is never used.
type nothing struct{}

func (nothing) Submit(context.Context, scheduler.Job) (scheduler.ID, error) { return "1", nil }
func (nothing) Query(context.Context, scheduler.Query, func(scheduler.Status) error) error {
	return nil
}
func (nothing) Cancel(context.Context, []scheduler.Ref) error { return nil }

func saverOptions(dir string) host.Options {
	plugin := sdk.Scheduler("nothing", "1.0.0", func(context.Context, struct{}, sdk.Env) (nothing, error) { return nothing{}, nil })
	return host.Options{Config: filepath.Join(dir, "config.hcl"), Drivers: []sdk.Plugin{plugin}, NoFollow: true}
}

// saver saves a thousand schedulers, and says each one's name when it is acknowledged.
func saver(dir, prefix string) error {
	ctx := context.Background()
	h, err := host.Open(ctx, saverOptions(dir))
	if err != nil {
		return err
	}
	defer h.Close(ctx)
	for i := range 1000 {
		s, err := h.CreateScheduler(fmt.Sprintf("%s-%d", prefix, i), "", "nothing", nil)
		if err == nil {
			err = s.Save(ctx)
		}
		if err != nil {
			return err
		}
		fmt.Println(s.Name())
	}
	return nil
}

// kill -9 in the middle of a thousand Saves, again and again: what was acknowledged is there.
func TestAcknowledgedSavesSurviveKills(t *testing.T) {
	dir := t.TempDir()
	configure(t, dir, "")
	acknowledged := map[string]bool{}
	const rounds = 4
	for round := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), saverEnv+"="+dir, "OCEANID_SOAK_PREFIX="+fmt.Sprint("round", round))
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		until := 1 + rand.IntN(900)
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			acknowledged[strings.TrimSpace(lines.Text())] = true
			if n == until {
				cmd.Process.Kill()
			}
		}
		cmd.Wait()
	}
	h, err := host.Open(t.Context(), saverOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close(t.Context())
	there := map[string]bool{}
	for q := (host.ListOptions{Limit: 500}); ; {
		page, err := h.ListSchedulers(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page {
			there[s.Name()] = true
			q.After = s.Name()
		}
		if len(page) < q.Limit {
			break
		}
	}
	for name := range acknowledged {
		if !there[name] {
			t.Errorf("%s was acknowledged and is gone", name)
		}
	}
	// At most the one save that was under way at each kill is there without its acknowledgement.
	if extra := len(there) - len(acknowledged); len(acknowledged) < rounds || extra < 0 || extra > rounds {
		t.Errorf("%d acknowledged, %d there", len(acknowledged), len(there))
	}
	t.Logf("%d saves acknowledged, all there after %d kills", len(acknowledged), rounds)
}
