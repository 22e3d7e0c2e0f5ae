package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// condor_submit, and every shell around it, killed at any moment.
func TestSubmitKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	alone(t)
	d := ben(t)
	for _, victim := range []string{"condor_submit", "sshd-session", "timeout"} {
		for range 4 {
			job := scheduler.Job{Token: newToken(), Command: "true", Array: &scheduler.Array{Count: 3}}
			first := make(chan error)
			go func() {
				_, err := d.Submit(t.Context(), job)
				first <- err
			}()
			said := killOnce(t, "condor_submit", victim, first)
			t.Logf("%s: %s", victim, said)
			wantOne(t, job.Token, insist(t, d, job))
		}
	}
}

// killOnce waits until the process is there, and then some, kills the victim, and tells what came of that and of the call that is under way. Where the call ends
// first there is nothing to wait for.
func killOnce(t *testing.T, process, victim string, call <-chan error) string {
	t.Helper()
	said := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		said <- <-call
		close(ended)
	}()
	for limit := time.Now().Add(5 * time.Second); time.Now().Before(limit); {
		// pgrep knows 15 characters of a name.
		if _, err := condor(t).Run(t.Context(), "root", "pgrep", "--exact", process[:min(len(process), 15)]); err == nil || isClosed(ended) {
			break
		}
	}
	time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
	killed := condor(t).KillService(t.Context(), victim, syscall.SIGKILL)
	return fmt.Sprintf("killed: %v; the first call: %v", killed, <-said)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// The schedd killed while jobs are handed over, and while they run.
func TestScheddKilled(t *testing.T) {
	t.Parallel()
	alone(t)
	d := ben(t)
	running := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"4"}, Array: &scheduler.Array{Count: 4}})
	await(t, d, running, "running", in(scheduler.Running))
	watched := make(chan []scheduler.Status, 1)
	go func() { watched <- watchUntilEnd(t, d, running) }()

	job := scheduler.Job{Token: newToken(), Command: "true", Array: &scheduler.Array{Count: 20}}
	first := make(chan error)
	go func() {
		_, err := d.Submit(t.Context(), job)
		first <- err
	}()
	time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
	if err := condor(t).KillService(t.Context(), "condor_schedd", syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	// While it is away nothing is lost: it cannot be asked.
	err := d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{running}}, func(s scheduler.Status) error {
		if s.State == scheduler.Lost {
			t.Errorf("without a schedd a job is told as %+v", s)
		}
		return nil
	})
	t.Logf("a query while the schedd is away: %v; the submission: %v", err, <-first)
	wantOne(t, job.Token, insist(t, d, job))
	for _, s := range <-watched {
		if s.State != scheduler.Succeeded {
			t.Errorf("%+v", s)
		}
	}
}

// The whole pool stopped and started again under a job that waits and one that runs.
func TestCondorRestarted(t *testing.T) {
	t.Parallel()
	alone(t)
	d := ben(t)
	whole := scheduler.Resources{CPUs: most}
	running := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}, Resources: whole})
	await(t, d, running, "running", in(scheduler.Running))
	waiting := submit(t, d, scheduler.Job{Command: "true", Array: &scheduler.Array{Count: 3}, Resources: whole})
	// A fast shutdown.
	if err := condor(t).KillService(t.Context(), "condor_master", syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	_, err := d.Submit(t.Context(), scheduler.Job{Token: newToken(), Command: "true"})
	wantFault(t, err, fault.Unavailable, "condor_submit")
	if err := condor(t).StartService(t.Context(), "condor_master"); err != nil {
		t.Fatal(err)
	}
	insist(t, d, scheduler.Job{Token: newToken(), Command: "true"})
	for _, s := range watchUntilEnd(t, d, waiting) {
		if s.State != scheduler.Succeeded {
			t.Errorf("%+v", s)
		}
	}
	await(t, d, waiting, "succeeded", in(scheduler.Succeeded))
	// The machine that it ran on forgot it; HTCondor hopes for it for as long as the job's lease lasts, 40 minutes.
	told := events(t, d, "", func(e scheduler.Event) bool { return e.Status.Token == running.Token && e.Status.Reason != "" })
	if s := told[len(told)-1].Status; s.State != scheduler.Running || !strings.Contains(s.Reason, "contact") {
		t.Errorf("%+v", s)
	}
	if s := query(t, d, running)[0]; s.State != scheduler.Running {
		t.Errorf("%+v", s)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{running}); err != nil {
		t.Fatal(err)
	}
}
