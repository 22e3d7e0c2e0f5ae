package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Whatever is wrong with a token is told, and what to do, which HTCondor's tools do not tell; the token itself never is.
func TestTokenThatIsNoGood(t *testing.T) {
	t.Parallel()
	g, here := onPortal(t, nil)
	if !here {
		return
	}
	job := sh(`true`)
	job.Token = newToken()
	for name, says := range map[string]string{"expired": "expired at", "reads": "does not authorize WRITE"} {
		r := openRemote(t, g.config(name), t.TempDir())
		for !expired(r) && name == "expired" {
			time.Sleep(100 * time.Millisecond)
		}
		// What one that only reads may do is for the pool to say.
		err := r.Probe(t.Context(), func(scheduler.Check) {})
		if name == "expired" {
			_, err = r.Submit(t.Context(), job)
		}
		if !errors.Is(err, fault.Denied) || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "condor_token_create") {
			t.Errorf("%s: %v", name, err)
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

func expired(r *remote) bool {
	c, err := r.elsewhere.claims()
	return err == nil && !time.Now().Before(c.Expires)
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
