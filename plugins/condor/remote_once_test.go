package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// enoughKilled is how often the schedd is killed, and allKilled what there is on the portal's machine when it was.
const (
	enoughKilled = 6
	allKilled    = "/home/" + portal + "/all-killed"
)

// killScheddInSubmissions kills the schedd at any moment of a condor_submit.
func killScheddInSubmissions(ctx context.Context, l *lab.Lab) error {
	for killed := 0; killed < enoughKilled; {
		if _, err := l.Run(ctx, "root", "pgrep", "--exact", "condor_submit"); ctx.Err() != nil {
			return fmt.Errorf("the schedd was killed %d times only", killed)
		} else if err != nil {
			continue
		}
		time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
		// Where it is just being started again there is nothing to kill.
		if l.KillService(ctx, "condor_schedd", syscall.SIGKILL) == nil {
			killed++
		}
	}
	_, err := l.Run(ctx, portal, "touch", allKilled)
	return err
}

// The schedd is killed in the middle of submissions, again and again: each becomes one job.
func TestScheddKilledInSubmissionsByToken(t *testing.T) {
	t.Parallel()
	g, here := onPortal(t, killScheddInSubmissions)
	if !here {
		return
	}
	r := openRemote(t, g.config("good"), t.TempDir())
	var mu sync.Mutex
	ids := make(map[string]scheduler.ID)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for limit := time.Now().Add(patience); ; {
				job := sh(`echo done`)
				job.Token = newToken()
				id, err := insistByToken(t.Context(), r, job)
				if err != nil {
					t.Errorf("submit: %v", err)
					return
				}
				mu.Lock()
				ids[job.Token] = id
				mu.Unlock()
				if _, err := os.Stat(allKilled); err == nil || time.Now().After(limit) {
					return
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d jobs", len(ids))
	wantEachOnce(t, r, ids)
}

// insistByToken submits until that comes through.
func insistByToken(ctx context.Context, r *remote, job scheduler.Job) (scheduler.ID, error) {
	for limit := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		id, err := r.Submit(ctx, job)
		if fault.Of(err) != fault.Unavailable || time.Now().After(limit) {
			return id, err
		}
	}
}

// wantEachOnce waits until all have succeeded, and looks whether the schedd has had one job of each.
func wantEachOnce(t *testing.T, r *remote, ids map[string]scheduler.ID) {
	t.Helper()
	if t.Failed() {
		return
	}
	var refs []scheduler.Ref
	for token, id := range ids {
		refs = append(refs, scheduler.Ref{ID: id, Token: token, Tasks: 1})
	}
	for limit := time.Now().Add(patience); ; {
		succeeded, others := 0, ""
		err := r.Query(t.Context(), scheduler.Query{Jobs: refs}, func(s scheduler.Status) error {
			if s.State == scheduler.Succeeded {
				succeeded++
			} else {
				others += fmt.Sprintf("%+v\n", s)
			}
			return nil
		})
		if err == nil && succeeded == len(refs) {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("%d of %d have succeeded: %v\n%s", succeeded, len(refs), err, others)
		}
		time.Sleep(200 * time.Millisecond)
	}
	ever := everAtSchedd(t, r)
	for token, id := range ids {
		if got := ever[token]; len(got) != 1 || got[0] != string(id) {
			t.Errorf("token %s was told to be %s and has the jobs %q", token, id, got)
		}
	}
	if len(ever) != len(ids) {
		t.Errorf("the schedd has had %d jobs, and %d were submitted", len(ever), len(ids))
	}
}

// everAtSchedd are the processes of each token that the schedd has or had. One that was removed before anything of it ran was none.
func everAtSchedd(t *testing.T, r *remote) map[string][]string {
	t.Helper()
	ever := make(map[string][]string)
	for _, tool := range []string{"condor_q", "condor_history"} {
		out, err := exec.CommandContext(t.Context(), filepath.Join(r.tools, tool), "-constraint", "OceanidToken isnt undefined && (JobStatus != 3 || (NumShadowStarts > 0) =?= true)",
			"-autoformat", "OceanidToken", "ClusterId", "ProcId").CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %s%v", tool, out, err)
		}
		for line := range strings.Lines(string(out)) {
			field := strings.Fields(line)
			if len(field) != 3 {
				t.Fatalf("%s says %q", tool, line)
			}
			ever[field[0]] = append(ever[field[0]], field[1]+"."+field[2])
		}
	}
	return ever
}
