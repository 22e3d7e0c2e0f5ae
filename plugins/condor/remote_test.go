package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
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

// given is what a test is given there.
type given struct {
	Schedd, Collector string
	// Tokens are by what they are good for: "good", "reads", "expired".
	Tokens map[string]string
}

func (g given) config(token string) Config {
	return Config{Schedd: g.Schedd, Collector: g.Collector, Token: sdk.Secret(g.Tokens[token])}
}

// elsewherePool starts a pool, and tells what is to be configured for it.
func elsewherePool(t *testing.T) (*lab.Lab, given) {
	t.Helper()
	l := lab.ForTest(t, lab.Options{Condor: true, CondorRemote: true, Slots: processors, CondorConfig: "PERIODIC_EXPR_INTERVAL = 2\nSHADOW_QUEUE_UPDATE_INTERVAL = 5\n"})
	at := l.CondorRemote()
	g := given{Schedd: at.Schedd, Collector: at.Collector, Tokens: make(map[string]string)}
	for name, limit := range map[string]struct {
		lifetime       time.Duration
		authorizations []string
	}{
		"good": {time.Hour, []string{"READ", "WRITE"}}, "reads": {time.Hour, []string{"READ"}}, "expired": {time.Second, []string{"READ", "WRITE"}},
	} {
		token, err := l.CondorToken(t.Context(), bearer, limit.lifetime, limit.authorizations...)
		if err != nil {
			t.Fatal(err)
		}
		g.Tokens[name] = token
	}
	return l, g
}

// onPortal runs the test that calls it once more, on the portal's machine of a pool; there it gives what to test with. disturb, where there is one, does its worst
// meanwhile, until its context ends.
func onPortal(t *testing.T, disturb func(context.Context, *lab.Lab) error) (g given, here bool) {
	t.Helper()
	if text := os.Getenv(remotePool); text != "" {
		if err := json.Unmarshal([]byte(text), &g); err != nil {
			t.Fatal(err)
		}
		return g, true
	}
	l, g := elsewherePool(t)
	program := "/home/" + portal + "/remote.test"
	if err := l.CopyIn(t.Context(), portal, must(os.Executable()), program); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	disturbed := make(chan error, 1)
	go func() {
		if disturb == nil {
			disturbed <- nil
			return
		}
		disturbed <- disturb(ctx, l)
	}()
	env := []string{"env", onAccessPoint + "=conform", remotePool + "=" + string(must(json.Marshal(g))), program, "-test.run=^" + t.Name() + "$", "-test.v"}
	out, err := l.Run(t.Context(), portal, env...)
	stop()
	if err := <-disturbed; err != nil {
		t.Error(err)
	}
	t.Logf("there:\n%s", out)
	if err != nil {
		t.Error(err)
	}
	return g, false
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
	g, here := onPortal(t, nil)
	if !here {
		return
	}
	r := openRemote(t, g.config("good"), t.TempDir())
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

// byToken are the checks that the token has a part in.
var byToken = regexp.MustCompile("^(submit|cancel|uploads|downloads|logs|batches|holds|honesty|workflows)/|^errors/unknown-instance-submit-workflow$|^faults/kill-(submit|submit-batch|submit-workflow|download)$")

// The suite, on a portal's machine that has a token and nothing else. DAGMan cannot be had there.
func TestConformanceByToken(t *testing.T) {
	t.Parallel()
	g, here := onPortal(t, nil)
	if !here {
		return
	}
	nobody := must(json.Marshal(map[string]string{"schedd": "nobody@", "collector": "127.0.0.1:1", "token": g.Tokens["good"]}))
	drivertest.Scheduler(t, plugin(), g.config("good"), drivertest.Options{Patience: patience, Unreachable: nobody, Only: byToken, Refuses: []string{"workflows"}})
}

// A spooled job comes into the history when its files have been fetched, which may be long after its end. What has left the queue before is found behind it.
func TestHistoryBehindWhatEndedLongAgo(t *testing.T) {
	t.Parallel()
	g, here := onPortal(t, nil)
	if !here {
		return
	}
	r := openRemote(t, g.config("good"), t.TempDir())
	give := func(job scheduler.Job) scheduler.Ref {
		job.Token = newToken()
		id, err := r.Submit(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		return scheduler.Ref{ID: id, Token: job.Token, Tasks: job.Tasks()}
	}
	old := give(sh("true"))
	await(t, r.driver, old, "succeeded", in(scheduler.Succeeded))
	cluster, proc, _ := strings.Cut(string(old.ID), ".")
	process := "ClusterId == " + cluster + " && ProcId == " + proc
	edit := script{name: "condor_qedit", file: "query", call: words("condor_qedit", "-constraint", process, "EnteredCurrentStatus") + " $(($(date +%s) - 90000)) >&2"}
	if _, err := r.ask(t.Context(), edit); err != nil {
		t.Fatal(err)
	}
	limited := sh("sleep 3600")
	limited.Resources.RunTime = time.Second
	removed := give(limited)
	await(t, r.driver, removed, "failed", in(scheduler.Failed))
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	if err := r.Download(ctx, old, scheduler.FileQuery{}, func(scheduler.File, io.Reader) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for inQueue(t, r, old.Token) > 0 {
		if ctx.Err() != nil {
			t.Fatal("what was fetched is still in the queue")
		}
		time.Sleep(200 * time.Millisecond)
	}
	if s := query(t, r.driver, removed)[0]; s.State != scheduler.Failed || s.Cause != scheduler.CauseRunTime {
		t.Errorf("what was removed in between is %+v", s)
	}
}
