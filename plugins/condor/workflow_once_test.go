package main

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// insistOnWorkflow submits until that comes through.
func insistOnWorkflow(t *testing.T, d *driver, w scheduler.Workflow) scheduler.ID {
	t.Helper()
	limit := time.Now().Add(patience)
	for {
		id, err := d.SubmitWorkflow(t.Context(), w)
		if err == nil {
			return id
		}
		if kind := fault.Of(err); kind != fault.Unavailable || time.Now().After(limit) {
			t.Fatalf("submit: %v", err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// wantOneDAGMan looks whether the schedd has ever had one job with the token.
func wantOneDAGMan(t *testing.T, token string, id scheduler.ID) {
	t.Helper()
	if got := clusters(t, token); len(got) != 1 || strings.TrimSuffix(got[0], ".0")+workflowSuffix != string(id) {
		t.Errorf("token %s was told to be %s and has the clusters %q", token, id, got)
	}
}

func TestSameWorkflowAtOnceIsOneDAGMan(t *testing.T) {
	t.Parallel()
	w := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{run("a", "true")}}
	ids := make([]scheduler.ID, 12)
	var all sync.WaitGroup
	for i := range 3 {
		d := ben(t)
		for j := range 4 {
			all.Go(func() { ids[i*4+j] = insistOnWorkflow(t, d, w) })
		}
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("the identifiers are %q", ids)
		}
	}
	wantOneDAGMan(t, w.Token, ids[0])
}

// A submission that was cut off at any moment and is repeated makes one DAGMan, whether the first came through or not.
func TestConnectionCutInMidWorkflow(t *testing.T) {
	t.Parallel()
	p := newProxy(t, sshAddr(t), 2*time.Millisecond)
	d := open(t, p.through(t, account(t, "ben")))
	for range 8 {
		if _, err := d.at(t.Context()); err != nil {
			t.Log(err)
		}
		w := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{run("a", "true")}}
		first := make(chan error)
		go func() {
			_, err := d.SubmitWorkflow(t.Context(), w)
			first <- err
		}()
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		p.cut()
		t.Logf("the first call: %v", <-first)
		wantOneDAGMan(t, w.Token, insistOnWorkflow(t, d, w))
	}
}

// Whatever is on the access point when a submission is repeated, the DAGMan is found: in the queue, in the history, in the log.
func TestWorkflowIsAdoptedWhenItsAnswerWasLost(t *testing.T) {
	t.Parallel()
	d := ben(t)
	for name, line := range map[string]string{"queue": "sleep 60", "history": "true"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{run("a", line)}}
			ref := submitWorkflow(t, d, w)
			if name == "history" {
				await(t, d, ref, "ended", ended)
				for limit := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
					out, err := condor(t).Run(t.Context(), "ben", "condor_q", "-constraint", `OceanidToken =?= "`+w.Token+`"`, "-af", "ClusterId")
					if err == nil && len(out) == 0 {
						break
					}
					if time.Now().After(limit) {
						t.Fatal("DAGMan does not end")
					}
				}
			}
			if _, err := condor(t).Run(t.Context(), "ben", "rm", ".oceanid/jobs/"+w.Token+"/cluster"); err != nil {
				t.Fatal(err)
			}
			if id := insistOnWorkflow(t, d, w); id != ref.ID {
				t.Errorf("it was %s and is %s", ref.ID, id)
			}
			wantOneDAGMan(t, w.Token, ref.ID)
			if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("log", func(t *testing.T) {
		t.Parallel()
		w := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{run("a", "true")}}
		script := `cd ~/.oceanid && mkdir -p jobs/` + w.Token + ` && date +%s >jobs/` + w.Token + `/begun &&
			printf '000 (987653.000.000) 2026-01-01 00:00:00 Job submitted from host: <x>\n    oceanid-dag:` + w.Token + `:1\n...\n' >>events/1.log`
		if _, err := d.at(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := condor(t).Run(t.Context(), "ben", "sh", "-c", script); err != nil {
			t.Fatal(err)
		}
		if id := insistOnWorkflow(t, d, w); id != "987653.dag" {
			t.Errorf("it is %s", id)
		}
	})
}
