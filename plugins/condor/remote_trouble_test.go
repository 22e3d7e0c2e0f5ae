package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Whatever is wrong with a token is told, and what to do, which HTCondor's tools do not tell; the token itself never is. Nothing reaches the queue by it.
func TestTokenThatIsNoGood(t *testing.T) {
	t.Parallel()
	g, here := onPortal(t, nil)
	if !here {
		return
	}
	good := openRemote(t, g.config("good"), t.TempDir())
	for name, says := range map[string]string{"expired": "expired at", "reads": "does not authorize WRITE"} {
		r := openRemote(t, g.config(name), t.TempDir())
		if name == "expired" {
			awaitExpired(t, r)
		}
		// Each has a job of its own: one that only reads finds what is in the queue already, as it should.
		job := sh(`true`)
		job.Token = newToken()
		if id, err := r.Submit(t.Context(), job); !errors.Is(err, fault.Denied) || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "condor_token_create") {
			t.Errorf("%s: %q, %v", name, id, err)
		}
		if there := inQueue(t, good, job.Token); there != 0 {
			t.Errorf("%s: %d jobs are in the queue", name, there)
		}
		if err := r.Probe(t.Context(), func(scheduler.Check) {}); !errors.Is(err, fault.Denied) || strings.Contains(err.Error(), g.Tokens[name]) {
			t.Errorf("%s, probed: %v", name, err)
		}
	}
	// A token in a file is renewed there, under a driver that runs.
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(g.Tokens["expired"]), 0o600); err != nil {
		t.Fatal(err)
	}
	c := g.config("")
	c.TokenPath = file
	r := openRemote(t, c, t.TempDir())
	job := sh(`true`)
	job.Token = newToken()
	if _, err := r.Submit(t.Context(), job); !errors.Is(err, fault.Denied) {
		t.Errorf("by an expired file: %v", err)
	}
	if err := os.WriteFile(file, []byte(g.Tokens["good"]), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Submit(t.Context(), job); err != nil {
		t.Errorf("by a renewed one: %v", err)
	}
}

// HTCondor's tools have the same words, which say nothing, for a token that the pool does not believe, for a collector that is away, and for a name that it does not
// know. Each is told, and none of them is the last word on a job.
func TestPoolThatTheTokenDoesNotReach(t *testing.T) {
	t.Parallel()
	g, here := onPortal(t, nil)
	if !here {
		return
	}
	good := g.config("good")
	forged, unknown, away := good, good, good
	parts := strings.Split(good.Token.Reveal(), ".")
	forged.Token = sdk.Secret(parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])))
	unknown.Schedd = "other@"
	away.Collector = "127.0.0.1:1"
	for name, test := range map[string]struct {
		config Config
		says   string
	}{
		"a token that is not the pool's": {forged, "the pool does not believe the token of " + bearer + "@lab"},
		"another name":                   {unknown, "the collector knows no schedd of the name other@"},
		"nobody is there":                {away, "Failed to connect to <127.0.0.1:1>"},
	} {
		r := openRemote(t, test.config, t.TempDir())
		job := sh(`true`)
		job.Token = newToken()
		_, err := r.Submit(t.Context(), job)
		wantFault(t, err, fault.Unavailable, test.says)
		var last scheduler.Check
		err = r.Probe(t.Context(), func(c scheduler.Check) { last = c })
		wantFault(t, err, fault.Unavailable, test.says)
		if last.OK || last.Name != "queue" || !strings.Contains(last.Text, test.says) || strings.Contains(last.Text, "Extra Info") || strings.Contains(last.Text, parts[1]) {
			t.Errorf("%s: the probe ends with %+v", name, last)
		}
		err = r.Cancel(t.Context(), []scheduler.Ref{{ID: "1.0", Token: newToken(), Tasks: 1}})
		wantFault(t, err, fault.Unavailable, test.says)
	}
}

// awaitExpired waits until the pool takes the token no more. HTCondor 23.9.6 does so until the second in which it expires has ended.
func awaitExpired(t *testing.T, r *remote) {
	t.Helper()
	c := must(r.elsewhere.claims())
	limit := time.Now().Add(patience)
	for time.Now().Before(c.Expires.Add(2 * time.Second)) {
		if time.Now().After(limit) {
			t.Fatalf("it expires at %s only", c.Expires)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// inQueue is how many jobs of the token the schedd has.
func inQueue(t *testing.T, r *remote, token string) int {
	t.Helper()
	if _, err := r.at(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer, err := r.ask(t.Context(), script0("queue", "false", constraint([]string{token}), adAttributes))
	if err != nil {
		t.Fatal(err)
	}
	return len(must(parseAds(answer["jobs"])))
}

// The schedd believes the token and nothing else: neither the account, nor another token that the account has, nor what its environment and its own configuration of
// HTCondor say.
func TestNothingButTheToken(t *testing.T) {
	if os.Getenv(remotePool) == "" {
		t.Parallel()
	}
	g, here := onPortal(t, nil)
	if !here {
		return
	}
	r, good := openRemote(t, g.config("expired"), t.TempDir()), openRemote(t, g.config("good"), t.TempDir())
	awaitExpired(t, r)
	home := must(os.UserHomeDir())
	own := filepath.Join(home, ".condor")
	if err := os.MkdirAll(filepath.Join(own, "tokens.d"), 0o700); err != nil {
		t.Fatal(err)
	}
	open := "SEC_CLIENT_AUTHENTICATION_METHODS = FS, IDTOKENS, CLAIMTOBE\nSEC_DEFAULT_AUTHENTICATION_METHODS = FS, IDTOKENS, CLAIMTOBE\n"
	for name, text := range map[string]string{"tokens.d/mine": g.Tokens["good"] + "\n", "user_config": open} {
		if err := os.WriteFile(filepath.Join(own, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(open) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		t.Setenv("_CONDOR_"+name, value)
	}
	t.Setenv("_CONDOR_SEC_TOKEN_DIRECTORY", filepath.Join(own, "tokens.d"))
	// By these the tools as they are get in.
	description := filepath.Join(t.TempDir(), "description")
	if err := os.WriteFile(description, []byte("executable = /bin/true\ntransfer_executable = false\nqueue\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "condor_submit", "-name", g.Schedd, "-pool", g.Collector, "-spool", "-terse", description).CombinedOutput(); err != nil {
		t.Fatalf("the test shows nothing: %s%v", out, err)
	}
	job := sh(`true`)
	job.Token = newToken()
	if id, err := r.Submit(t.Context(), job); !errors.Is(err, fault.Denied) {
		t.Errorf("%q, %v", id, err)
	}
	if there := inQueue(t, good, job.Token); there != 0 {
		t.Errorf("%d jobs are in the queue", there)
	}
}

// The token is in one file that is the account's alone: in no argument, in no variable, and in nothing that is kept of a job.
func TestTokenIsSeenNowhere(t *testing.T) {
	t.Parallel()
	g, here := onPortal(t, nil)
	if !here {
		return
	}
	// The test itself has been given it in a variable.
	self := fmt.Sprint(os.Getpid())
	os.Unsetenv(remotePool)
	dir := t.TempDir()
	r := openRemote(t, g.config("good"), dir)
	secret := g.Tokens["good"]
	stop := make(chan struct{})
	var seen []string
	var looking sync.WaitGroup
	looking.Go(func() {
		for {
			for _, pattern := range []string{"/proc/[0-9]*/cmdline", "/proc/[0-9]*/environ"} {
				files, _ := filepath.Glob(pattern)
				for _, file := range files {
					if text, err := os.ReadFile(file); err == nil && !strings.HasPrefix(file, "/proc/"+self+"/") && strings.Contains(string(text), secret) {
						// What brought the test here has it as well.
						if !strings.Contains(string(text), remotePool) {
							seen = append(seen, file+": "+string(text))
						}
					}
				}
			}
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	ref := submit(t, r.driver, sh(`echo hello`))
	await(t, r.driver, ref, "ended", ended)
	close(stop)
	looking.Wait()
	for _, s := range seen {
		t.Errorf("it is in %s", s)
	}
	var kept []string
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !e.Type().IsRegular() {
			return err
		}
		if text := must(os.ReadFile(path)); strings.Contains(string(text), secret) {
			kept = append(kept, fmt.Sprint(strings.TrimPrefix(path, dir), " ", must(e.Info()).Mode().Perm()))
		}
		return nil
	})
	if err != nil || strings.Join(kept, ", ") != "/tools/tokens.d/token -rw-------" {
		t.Errorf("it is kept in %q, %v", kept, err)
	}
}

// A submission that is killed when the schedd has the job, and not yet its files, leaves a job that never runs. When it is submitted again, here or on another
// machine of the portal, there is one job.
func TestKilledBetweenTheTwoSteps(t *testing.T) {
	t.Parallel()
	g, here := onPortal(t, nil)
	if !here {
		return
	}
	// The files of this condor_submit are so big that it can be killed while it sends them.
	stand := t.TempDir()
	for _, tool := range must(filepath.Glob("/usr/bin/condor_*")) {
		if err := os.Symlink(tool, filepath.Join(stand, filepath.Base(tool))); err != nil {
			t.Fatal(err)
		}
	}
	c := g.config("good")
	c.Tools = stand
	r := openRemote(t, c, t.TempDir())
	script := `#!/bin/sh
for description; do :; done
sed 's,^transfer_input_files = .*,transfer_input_files = ` + stand + `/big,' "$description" >` + stand + `/description
truncate -s 2G ` + stand + `/big
/usr/bin/condor_submit -spool -terse -single-cluster ` + stand + `/description &
until condor_q -constraint 'JobStatus == 5 && HoldReasonCode == 16' -autoformat ClusterId | grep -q . || ! kill -0 $!; do :; done
kill -KILL $!
exit 137
`
	if err := os.WriteFile(filepath.Join(stand, "breaks"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	other := openRemote(t, g.config("good"), t.TempDir())
	for name, turns := range map[string][]*remote{"here again": {r, other}, "on another machine of the portal": {other, r}} {
		job := sh(`echo it runs`)
		job.Token = newToken()
		if err := os.Rename(filepath.Join(stand, "breaks"), filepath.Join(stand, "condor_submit")); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Submit(t.Context(), job); !errors.Is(err, fault.Unavailable) {
			t.Errorf("%s: the submission that broke: %v", name, err)
		}
		if err := errors.Join(os.Rename(filepath.Join(stand, "condor_submit"), filepath.Join(stand, "breaks")), os.Symlink("/usr/bin/condor_submit", filepath.Join(stand, "condor_submit"))); err != nil {
			t.Fatal(err)
		}
		var ids []scheduler.ID
		for _, turn := range turns {
			limit := time.Now().Add(patience)
			for {
				id, err := turn.Submit(t.Context(), job)
				if err == nil {
					ids = append(ids, id)
					break
				}
				// Another machine leaves what is so new alone, until the schedd has seen that nobody sends its files any more.
				if !errors.Is(err, fault.Unavailable) || time.Now().After(limit) {
					t.Fatalf("%s: %v", name, err)
				}
				time.Sleep(200 * time.Millisecond)
			}
		}
		if ids[0] != ids[1] {
			t.Errorf("%s: it is %s and %s", name, ids[0], ids[1])
		}
		ref := scheduler.Ref{ID: ids[0], Token: job.Token, Tasks: 1}
		await(t, turns[0].driver, ref, "succeeded", in(scheduler.Succeeded))
		var log strings.Builder
		if err := turns[0].Logs(t.Context(), ref, scheduler.LogOptions{}, &log); err != nil || log.String() != "it runs\n" {
			t.Errorf("%s: logs: %q, %v", name, log.String(), err)
		}
	}
}

func script0(call ...string) script {
	return script{name: "condor_q", file: "query", call: words(call...)}
}
