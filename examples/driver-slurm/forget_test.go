package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// awaitForgotten waits until Slurm does not know the job any more.
func awaitForgotten(t *testing.T, d *driver, tokens ...string) {
	t.Helper()
	limit := time.Now().Add(3 * time.Minute)
	for {
		queue, err := d.queue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		left := 0
		for _, token := range tokens {
			left += len(queue[token])
		}
		if left == 0 {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("Slurm still knows: %+v", queue)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// TestWhatSlurmForgets has a cluster that forgets what has ended after two seconds: everything must be known all the same.
func TestWhatSlurmForgets(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Slurm: true, SSH: true, SlurmConfig: "MinJobAge=2"})
	d := open(t, account(l, "ben"))

	array := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", "exit $OCEANID_TASK_INDEX"}, Array: &scheduler.Array{Count: 3}})
	killed := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", "kill -9 $$"}})
	cancelled := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}})
	waiting := submit(t, d, scheduler.Job{Command: "true", Resources: scheduler.Resources{GPUs: 2}})
	stolen := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}})
	awaitState(t, d, stolen, "running", in(scheduler.Running))
	awaitState(t, d, cancelled, "running", in(scheduler.Running))
	if err := d.Cancel(t.Context(), []scheduler.Ref{cancelled}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Run(t.Context(), "ben", "scancel", "--signal=KILL", "--full", string(stolen.ID)); err != nil {
		t.Fatal(err)
	}
	w := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{
		{Name: "rain", Job: scheduler.Job{Command: "false"}},
		{Name: "flood", Job: scheduler.Job{Command: "true"}, After: []string{"rain"}},
		{Name: "map", Job: scheduler.Job{Command: "true"}, After: []string{"flood"}},
	}}
	id, err := d.SubmitWorkflow(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	workflow := scheduler.Ref{ID: id, Token: w.Token, Tasks: 3}
	for _, ref := range []scheduler.Ref{array, killed, cancelled, waiting, workflow} {
		awaitState(t, d, ref, "ended", terminal)
	}
	awaitForgotten(t, d, array.Token, killed.Token, cancelled.Token, waiting.Token, stolen.Token, w.NodeToken(0), w.NodeToken(1), w.NodeToken(2))

	all := query(t, d, array)
	if all[0].State != scheduler.Succeeded || all[1].Exit.Code != 1 || all[2].Exit.Code != 2 {
		t.Errorf("array: %+v", all)
	}
	if s := query(t, d, killed)[0]; s.State != scheduler.Failed || s.Exit.Signal != 9 {
		t.Errorf("killed: %+v", s)
	}
	if s := query(t, d, cancelled)[0]; s.State != scheduler.Cancelled {
		t.Errorf("cancelled: %+v", s)
	}
	if s := query(t, d, stolen)[0]; s.State != scheduler.Lost || s.Reason == "" {
		t.Errorf("killed with all that was its own, by nobody knows whom: %+v", s)
	}
	nodes := query(t, d, workflow)
	if nodes[0].State != scheduler.Failed || nodes[1].State != scheduler.Cancelled || nodes[2].State != scheduler.Cancelled ||
		!strings.Contains(nodes[1].Reason, "rain") || !strings.Contains(nodes[2].Reason, "flood") {
		t.Errorf("workflow: %+v", nodes)
	}
	if again, err := d.Submit(t.Context(), scheduler.Job{Token: killed.Token, Command: "sh"}); err != nil || again != killed.ID {
		t.Errorf("the token's second submission: %q, %v", again, err)
	}
	if again, err := d.SubmitWorkflow(t.Context(), w); err != nil || again != id {
		t.Errorf("the workflow's second submission: %q, %v", again, err)
	}
}

// TestSlurmctldIsKilled: jobs run on without the controller, and nothing is told of them until it is back.
func TestSlurmctldIsKilled(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Slurm: true, SSH: true})
	d := open(t, account(l, "ben"))
	short := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", "until [ -e $HOME/go ]; do sleep 0.1; done; exit 5"}})
	long := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}})
	for _, ref := range []scheduler.Ref{short, long} {
		awaitState(t, d, ref, "running", in(scheduler.Running))
	}
	// Slurm keeps what it knows after some seconds only; a controller that dies before knows nothing of the job afterwards.
	awaitSaved(t, l)
	if err := l.KillService(t.Context(), "slurmctld", syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	told := 0
	err := d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{short, long}}, func(scheduler.Status) error { told++; return nil })
	if fault.Of(err) != fault.Unavailable || told > 0 {
		t.Errorf("without a controller %d statuses are told, and %v", told, err)
	}
	_, err = d.Submit(t.Context(), scheduler.Job{Token: newToken(), Command: "true"})
	if fault.Of(err) != fault.Unavailable {
		t.Errorf("without a controller Submit gives %v", err)
	}
	if _, err := l.Run(t.Context(), "ben", "touch", "go"); err != nil {
		t.Fatal(err)
	}
	if err := l.StartService(t.Context(), "slurmctld"); err != nil {
		t.Fatal(err)
	}
	if s := query(t, d, long)[0]; s.State != scheduler.Running {
		t.Errorf("the job that runs: %+v", s)
	}
	if s := awaitState(t, d, short, "ended", terminal)[0]; s.Exit == nil || s.Exit.Code != 5 {
		t.Errorf("the job that ended meanwhile: %+v", s)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{long}); err != nil {
		t.Fatal(err)
	}
	awaitState(t, d, long, "cancelled", in(scheduler.Cancelled))
}

// awaitSaved waits until slurmctld has written its jobs down.
func awaitSaved(t *testing.T, l *lab.Lab) {
	t.Helper()
	since, err := l.Run(t.Context(), "root", "date", "+%s")
	if err != nil {
		t.Fatal(err)
	}
	const script = `until [ "$(stat -c %Y /var/spool/slurmctld/job_state 2>/dev/null || echo 0)" -gt "$1" ]; do sleep 0.2; done`
	if _, err := l.Run(t.Context(), "root", "timeout", "60", "sh", "-c", script, "sh", strings.TrimSpace(string(since))); err != nil {
		t.Fatal(err)
	}
}
