package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// DAGMan and the schedd killed while nodes run, wait and end: each node runs once, and every end is told.
func TestWorkflowOutlivesKills(t *testing.T) {
	t.Parallel()
	alone(t)
	d := ben(t)
	for _, victim := range []string{"condor_dagman", "condor_schedd"} {
		t.Run(victim, func(t *testing.T) {
			folder := markFolder(t)
			w := scheduler.Workflow{Nodes: []scheduler.Node{run("a", counted(folder, "a", "sleep 3")), run("wide", counted(folder, "wide", "sleep 5")), run("b", counted(folder, "b", "sleep 2"), "a"), run("c", counted(folder, "c", "exit 4"), "b"), run("d", "true", "c")}}
			ref := submitWorkflow(t, d, w)
			watched := make(chan []scheduler.Status, 1)
			go func() { watched <- watchUntilEnd(t, d, ref) }()
			limit := time.Now().Add(patience)
			for n := range 3 {
				time.Sleep(time.Duration(500+rand.IntN(2500)) * time.Millisecond)
				if err := condor(t).KillService(t.Context(), victim, syscall.SIGKILL); err != nil {
					t.Log(err)
				}
				if victim == "condor_schedd" || n == 1 {
					break
				}
			}
			var all []scheduler.Status
			for all == nil || strings.Contains(fmt.Sprint(states(all)), "running") || strings.Contains(fmt.Sprint(states(all)), "queued") {
				if time.Now().After(limit) {
					t.Fatalf("%+v", all)
				}
				all = make([]scheduler.Status, ref.Tasks)
				_ = d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
					for i := range s.Count {
						all[s.Task+i] = s
					}
					return nil
				})
				if all[0].State == "" {
					all = nil
				}
				time.Sleep(200 * time.Millisecond)
			}
			wantStates(t, all, good, good, good, bad, called)
			wantStates(t, <-watched, good, good, good, bad, called)
			wantOnce(t, folder, "a", "wide", "b", "c")
		})
	}
}

// What hands a workflow over killed at any moment.
func TestWorkflowSubmitKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	alone(t)
	d := ben(t)
	for _, victim := range []string{"condor_submit_dag", "condor_submit", "timeout", "tar", "sshd-session"} {
		for range 2 {
			w := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{run("a", "true")}}
			first := make(chan error)
			go func() {
				_, err := d.SubmitWorkflow(t.Context(), w)
				first <- err
			}()
			t.Logf("%s: %s", victim, killOnce(t, victim, victim, first))
			id := insistOnWorkflow(t, d, w)
			wantOneDAGMan(t, w.Token, id)
			wantStates(t, await(t, d, scheduler.Ref{ID: id, Token: w.Token, Tasks: 1}, "ended", ended), good)
		}
	}
}
