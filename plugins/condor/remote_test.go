package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/drivertest"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The tools that a portal's machine would have are in the lab: a test of what they do with a token runs there, as a user whom the pool knows nothing of. The token
// is that of another one, and so tells whom the pool has believed.
const (
	portal = "dee"
	bearer = "ada"
	// remotePool is the Config for a test that runs there: JSON.
	remotePool = "OCEANID_TEST_REMOTE_POOL"
)

// elsewherePool starts a pool, and gives what is to be configured for it.
func elsewherePool(t *testing.T) (*lab.Lab, Config) {
	t.Helper()
	l := lab.ForTest(t, lab.Options{Condor: true, CondorRemote: true, Slots: processors, CondorConfig: "PERIODIC_EXPR_INTERVAL = 2\nSHADOW_QUEUE_UPDATE_INTERVAL = 5\n"})
	at := l.CondorRemote()
	return l, Config{Schedd: at.Schedd, Collector: at.Collector, Token: sdk.Secret(tokenOf(t, l, time.Hour, "READ", "WRITE"))}
}

func tokenOf(t *testing.T, l *lab.Lab, lifetime time.Duration, authorizations ...string) string {
	t.Helper()
	token, err := l.CondorToken(t.Context(), bearer, lifetime, authorizations...)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// onPortal runs the test that calls it once more, on the portal's machine of the pool, and tells that it has done so; there it gives the configuration instead.
func onPortal(t *testing.T, pool func() (*lab.Lab, Config), flags ...string) (c Config, here bool) {
	t.Helper()
	if text := os.Getenv(remotePool); text != "" {
		var given map[string]string
		if err := json.Unmarshal([]byte(text), &given); err != nil {
			t.Fatal(err)
		}
		return Config{Schedd: given["schedd"], Collector: given["collector"], Token: sdk.Secret(given["token"])}, true
	}
	l, c := pool()
	program := "/home/" + portal + "/remote.test"
	if err := l.CopyIn(t.Context(), portal, must(os.Executable()), program); err != nil {
		t.Fatal(err)
	}
	given := must(json.Marshal(map[string]string{"schedd": c.Schedd, "collector": c.Collector, "token": c.Token.Reveal()}))
	run := append([]string{"env", onAccessPoint + "=conform", remotePool + "=" + string(given), program, "-test.run=^" + t.Name() + "$", "-test.v"}, flags...)
	out, err := l.Run(t.Context(), portal, run...)
	if err != nil {
		t.Errorf("%s%v", out, err)
	} else if testing.Verbose() {
		t.Logf("%s", out)
	}
	return c, false
}

// openRemote makes a driver, and closes it at the end of the test.
func openRemote(t *testing.T, c Config, dir string) *remote {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	r, err := newRemote(c, sdk.Env{Name: t.Name(), Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// A job goes to a schedd that is reached by a token only, with its input, and what it has left comes back.
func TestTokenAndToolsOnly(t *testing.T) {
	t.Parallel()
	c, here := onPortal(t, func() (*lab.Lab, Config) { return elsewherePool(t) })
	if !here {
		return
	}
	r := openRemote(t, c, t.TempDir())
	var checks []string
	if err := r.Probe(t.Context(), func(c scheduler.Check) { checks = append(checks, c.Name) }); err != nil || strings.Join(checks, " ") != "token tools version queue directory" {
		t.Fatalf("probe: %q, %v", checks, err)
	}
	job := sh(`cat in; echo "$OCEANID_TASK_INDEX" >out`, `echo bad >&2; exit 3`)
	job.Token, job.Inputs, job.Outputs = newToken(), []scheduler.Input{{Name: "in", Size: 5}}, []string{"out"}
	if err := r.Upload(t.Context(), job.Token, job.Inputs[0], strings.NewReader("input")); err != nil {
		t.Fatal(err)
	}
	id, err := r.Submit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.Submit(t.Context(), job); again != id || err != nil {
		t.Errorf("submitted again it is %s, not %s: %v", again, id, err)
	}
	ref := scheduler.Ref{ID: id, Token: job.Token, Tasks: 2}
	ends := make(map[int]scheduler.State)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	err = r.Watch(ctx, "", func(e scheduler.Event) error {
		if e.Status.State.Terminal() {
			ends[e.Status.Task] = e.Status.State
		}
		if len(ends) == 2 {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) || ends[0] != scheduler.Succeeded || ends[1] != scheduler.Failed {
		t.Fatalf("watch: %v, %v", ends, err)
	}
	var log strings.Builder
	if err := r.Logs(ctx, ref, scheduler.LogOptions{Follow: true}, &log); err != nil || log.String() != "input" {
		t.Errorf("logs: %q, %v", log.String(), err)
	}
	files := 0
	err = r.Download(ctx, ref, scheduler.FileQuery{}, func(f scheduler.File, content io.Reader) error {
		files++
		if text := string(must(io.ReadAll(content))); f.Task != 0 || f.Path != "out" || text != "0\n" {
			t.Errorf("%+v is %q", f, text)
		}
		return nil
	})
	if err != nil || files != 1 {
		t.Errorf("download: %d files, %v", files, err)
	}
	// Fetched, they leave the queue, and are what they were.
	for {
		answer, err := r.ask(ctx, script{name: "condor_q", file: "query", call: words("queue", "false", constraint([]string{job.Token}), adAttributes)})
		if err != nil {
			t.Fatal(err)
		}
		if ads := must(parseAds(answer["jobs"])); len(ads) == 0 {
			break
		}
		if ctx.Err() != nil {
			t.Fatal("they are still there")
		}
		time.Sleep(200 * time.Millisecond)
	}
	if s := query(t, r.driver, ref); s[0].State != scheduler.Succeeded || s[1].State != scheduler.Failed || s[1].Exit.Code != 3 {
		t.Errorf("afterwards: %+v", s)
	}
	if _, err := r.SubmitWorkflow(ctx, scheduler.Workflow{}); !errors.Is(err, fault.Unsupported) {
		t.Errorf("a workflow: %v", err)
	}
	if err := r.Remove(ctx, []scheduler.Ref{ref}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(r.wanted, "jobs", job.Token)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its folder is still there: %v", err)
	}
}

// elsewhereSuite is the suite there: as patient as the tests are.
var elsewhereSuite = drivertest.Options{Patience: patience}

// The suite, on a portal's machine that has a token and nothing else.
func TestConformanceByToken(t *testing.T) {
	c, here := onPortal(t, func() (*lab.Lab, Config) { return elsewherePool(t) })
	if !here {
		return
	}
	drivertest.Scheduler(t, plugin(), c, elsewhereSuite)
}
