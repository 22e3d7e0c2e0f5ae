package host_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The defects of the portal that this replaces, by the numbers that its study gave them, and the tests that show that they are not here. Those of the way to the
// pool are in plugins/condor and its internal packages.
//
//	C1   a password alone never worked over SSH                condor: TestTethysC01PasswordOnly
//	C2   one error of the connection ended a job               TestTethysC02TransientErrorKeepsTheJob
//	C3   results that could not be copied were Complete        TestTethysC03ResultsAreAStep
//	C4   transferring and suspended were errors                TestTethysC04SuspendedIsNoError; condor: TestTethysC04EachJobStatus
//	C5   a job that had vanished was Submitted for ever        TestTethysC05AVanishedJobIsLost; condor: TestTethysC05VanishedJob
//	C6   held was an error, and its files were deleted         TestTethysC06HeldIsKept; condor: TestTethysC06HeldIsKept
//	C7   resubmit deleted the job's files, and failed          TestTethysC07ResubmitLosesNothing; condor: TestTethysC07SubmittedAgain
//	C8   logs could not be read                                TestTethysC08LogsOfAJob; condor: TestTethysC08Logs
//	C9   why a submission failed was told nowhere              TestTethysC09WhyASubmissionFailed
//	C10  deleting a job deleted its user's workspace           TestTethysC10DeleteTouchesOneJob
//	C11  an edit wiped stored passwords                        TestTethysC11AnEditKeepsSecrets
//	C12  the text of a DAG was wrong                           condor/internal/dag: TestTethysC12EachLineIsWhole; condor: TestWorkflowFeatures, on a real DAGMan
//	C13  two nodes that were alike had one identifier          condor: TestTethysC13TwinsAreTwo, TestWorkflowFeatures/two nodes that run the same are told apart
//	C14  an answer that nobody could read was job -1           TestTethysC14AnUnreadableAnswerIsNoSuccess; condor: TestTethysC14AnswerThatIsNone
//	C15  Dask tasks were Submitted for ever                    none: there is no Dask driver yet
//	C16  a lock on results was never given back                TestTethysC16AHandlerThatDiesIsToldAgain
//	C16a processing results held a web worker                  TestTethysC16aAHandlerHoldsNothingUp
//	C16b late news revived a job that had failed               TestTethysC16bLateNewsIsANote
//	C16c results that could not be processed were Complete     TestTethysC16cAFailedHandlerIsNoState
//	C17  how Dask jobs failed was lost                         none: there is no Dask driver yet
//	C18  names with braces, lists of groups                    TestTethysC18NamesAndGroups
//	C19  a scheduler was deleted under its jobs                TestTethysC19ASchedulerWithJobsStays

// config writes a configuration file into a folder of its own.
func config(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.hcl")
	write(t, path, text)
	return path
}

// until waits until a job is as wanted.
func until(t *testing.T, j *host.Job, what string, is func(*host.Job) bool) *host.Job {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		now, err := j.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if is(now) {
			return now
		}
		if time.Now().After(end) {
			t.Fatalf("job %s: not %s: %+v", j.ID, what, now)
		}
	}
}

// There: one SSH error made a job Error for ever, while it ran on. Here: an error of the way to the pool changes no state; the state is shown as stale, with the
// reason, until the pool answers again.
func TestTethysC02TransientErrorKeepsTheJob(t *testing.T) {
	t.Parallel()
	for name, polled := range map[string]bool{"events": false, "polled": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPool()
			p.polled = polled
			h := open(t, "", host.Options{Config: config(t, ""), Drivers: drivers(p.plugin("memory")).Drivers})
			host.ShowStaleAfter(h, time.Millisecond)
			s := saved(t, h, "Default")
			j := submit(t, s, scheduler.Job{})
			p.move(scheduler.Status{Token: j.ID, State: scheduler.Running})
			reach(t, j, scheduler.Running)
			p.gone(fault.Unavailable.New("ssh: connection reset by peer"))
			stale := until(t, j, "stale with the reason", func(j *host.Job) bool { return strings.Contains(j.Stale, "connection reset") })
			if stale.State != scheduler.Running || stale.Observed.IsZero() || !strings.Contains(stale.Stale, "has not answered since") {
				t.Errorf("while the pool is away: %s, %q", stale.State, stale.Stale)
			}
			if health, err := s.Health(t.Context()); err != nil || health.Since.IsZero() || !strings.Contains(health.Reason, "connection reset") {
				t.Errorf("the scheduler's health: %+v, %v", health, err)
			}
			p.gone(nil)
			p.move(scheduler.Status{Token: j.ID, State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
			if end := reach(t, j, scheduler.Succeeded); end.Stale != "" {
				t.Errorf("after the end it is stale: %s", end.Stale)
			}
		})
	}
}

// There: suspended was an error for ever, and so was what brought its files home. Here: suspended is suspended, and goes on.
func TestTethysC04SuspendedIsNoError(t *testing.T) {
	t.Parallel()
	_, s, p, _ := richHost(t)
	j := submit(t, s, scheduler.Job{})
	for _, state := range []scheduler.State{scheduler.Running, scheduler.Suspended, scheduler.Running, scheduler.Succeeded} {
		p.move(scheduler.Status{Token: j.ID, State: state, Reason: "so it is"})
		reach(t, j, state)
	}
}

// There: a job that the pool had forgotten was Submitted for ever. Here: it is lost, after the pool has said so for as long as the configuration wants, and
// never failed.
func TestTethysC05AVanishedJobIsLost(t *testing.T) {
	t.Parallel()
	p := newPool()
	p.polled = true
	h := open(t, "", host.Options{Config: config(t, "jobs {\n  lost_after = \"200ms\"\n}\n"), Drivers: drivers(p.plugin("memory")).Drivers})
	j := submit(t, saved(t, h, "Default"), scheduler.Job{})
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Running})
	reach(t, j, scheduler.Running)
	p.mu.Lock()
	delete(p.jobs, j.ID)
	p.mu.Unlock()
	if end := reach(t, j, scheduler.Lost); end.Reason == "" || end.Ended.IsZero() {
		t.Errorf("lost as %+v", end)
	}
}

// There: held was an error without a reason, and the rest of an array that was held was removed from the pool with all its files. Here: it is held, says why, and is
// left alone until somebody releases it.
func TestTethysC06HeldIsKept(t *testing.T) {
	t.Parallel()
	_, s, p, seen := richHost(t)
	j := submit(t, s, scheduler.Job{Array: &scheduler.Array{Count: 2}})
	p.move(scheduler.Status{Token: j.ID, Task: 0, State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	p.move(scheduler.Status{Token: j.ID, Task: 1, State: scheduler.Held, Reason: "memory usage exceeded 128 MB", Native: "26/0", Cause: scheduler.CauseMemory})
	held := reach(t, j, scheduler.Held)
	if !strings.Contains(held.Reason, "memory usage exceeded") || held.Native != "26/0" || held.Counts[scheduler.Held] != 1 || !held.Ended.IsZero() {
		t.Errorf("held as %+v", held)
	}
	if tasks, err := held.ListTasks(t.Context(), 1, 1); err != nil || tasks[0].Reason != "memory usage exceeded 128 MB" {
		t.Errorf("%+v, %v", tasks, err)
	}
	if err := held.Delete(t.Context()); !errors.Is(err, fault.Conflict) {
		t.Errorf("deleted while it is held: %v", err)
	}
	if err := held.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.move(scheduler.Status{Token: j.ID, Task: 1, State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	reach(t, j, scheduler.Succeeded)
	p.mu.Lock()
	defer p.mu.Unlock()
	if seen.was("remove "+j.ID) || len(p.cancels) != 0 {
		t.Errorf("removed %v, cancelled %v", seen.asked, p.cancels)
	}
}

// There: to resubmit deleted the job's inputs and outputs at the pool, and then failed. Here: it makes another job, with the inputs; the first one loses nothing.
func TestTethysC07ResubmitLosesNothing(t *testing.T) {
	t.Parallel()
	_, s, p, seen := richHost(t)
	j := ended(t, s, p, scheduler.Job{Inputs: []scheduler.Input{{Name: "storm.csv", Data: []byte("rain")}}}, scheduler.Status{State: scheduler.Failed, Reason: "exit code 1"})
	next, err := j.Resubmit(t.Context(), host.Resubmission{})
	if err != nil || p.inputs[next.ID+"/storm.csv"] != "rain" {
		t.Fatalf("%v, %v", p.inputs, err)
	}
	if seen.was("remove " + j.ID) {
		t.Error("what the first job left was removed")
	}
	if files, err := j.Download(t.Context(), t.TempDir(), scheduler.FileQuery{}); err != nil || len(files) != 1 {
		t.Errorf("the results of the first one: %v, %v", files, err)
	}
}

// There: the logs of a job could not be read. Here: while it runs and after it has ended.
func TestTethysC08LogsOfAJob(t *testing.T) {
	t.Parallel()
	_, s, p, _ := richHost(t)
	j := submit(t, s, scheduler.Job{})
	for _, state := range []scheduler.State{scheduler.Running, scheduler.Succeeded} {
		p.move(scheduler.Status{Token: j.ID, State: state})
		var text bytes.Buffer
		if err := reach(t, j, state).Logs(t.Context(), scheduler.LogOptions{Stream: scheduler.Stderr}, &text); err != nil || text.String() != "stderr of task 0" {
			t.Errorf("%s: %q, %v", state, text.String(), err)
		}
	}
}

// There: why a job could not be submitted was told nowhere. Here: the caller hears it, and the record keeps it; what can be seen before is refused before.
func TestTethysC09WhyASubmissionFailed(t *testing.T) {
	t.Parallel()
	h, s, p, _ := richHost(t)
	w := diamond()
	w.Nodes[0].After = []string{"report"}
	if _, err := s.SubmitWorkflow(t.Context(), w); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "fetch") || !strings.Contains(err.Error(), "report") {
		t.Errorf("a cycle: %v", err)
	}
	if all, _, err := h.ListJobs(t.Context(), host.JobQuery{}); err != nil || len(all) != 0 {
		t.Errorf("the cycle has left %d jobs, %v", len(all), err)
	}
	p.setTrouble(func(scheduler.Job) error { return fault.NotFound.New("no executable /opt/model on the pool") })
	if _, err := s.Submit(t.Context(), scheduler.Job{Command: "/opt/model"}); err == nil || !strings.Contains(err.Error(), "no executable /opt/model") {
		t.Errorf("refused by the pool: %v", err)
	}
	all, _, err := h.ListJobs(t.Context(), host.JobQuery{States: []scheduler.State{scheduler.Failed}})
	if err != nil || len(all) != 1 || !strings.Contains(all[0].Reason, "no executable /opt/model") || all[0].Ended.IsZero() {
		t.Errorf("the record: %+v, %v", all, err)
	}
}

// There: to delete a job deleted everything in its user's workspace. Here: the driver is asked to clear away that job alone, and nothing on this machine goes.
func TestTethysC10DeleteTouchesOneJob(t *testing.T) {
	t.Parallel()
	h, s, p, seen := richHost(t)
	dir := t.TempDir()
	done := scheduler.Status{State: scheduler.Succeeded, Exit: &scheduler.Exit{}}
	j, other := ended(t, s, p, scheduler.Job{User: "ada"}, done), ended(t, s, p, scheduler.Job{User: "ada"}, done)
	if _, err := j.Download(t.Context(), dir, scheduler.FileQuery{}); err != nil {
		t.Fatal(err)
	}
	if err := j.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !seen.was("remove "+j.ID) || seen.was("remove "+other.ID) {
		t.Errorf("removed %v", seen.asked)
	}
	if found, err := filepath.Glob(filepath.Join(dir, "out", "r.txt")); err != nil || len(found) != 1 {
		t.Errorf("what was brought here: %v, %v", found, err)
	}
	if _, err := h.GetJob(t.Context(), other.ID); err != nil {
		t.Errorf("the other job: %v", err)
	}
}

// There: whoever changed a scheduler's port in the admin pages wiped its password. Here: what is not Set stays.
func TestTethysC11AnEditKeepsSecrets(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), drivers(newPool().plugin("memory")))
	s, err := h.CreateScheduler("Default", "h", "memory", host.Config{"password": "opensesame"})
	if err == nil {
		err = s.Save(t.Context())
	}
	if err == nil {
		s, err = h.GetScheduler(t.Context(), "Default")
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Set(host.Config{"port": 2222})
	if err := s.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Test(t.Context(), nil); err != nil {
		t.Errorf("after the edit the password is another: %v", err)
	}
}

// There: an answer that nobody could read was job -1, and a success. Here: it is no answer; the job is pending with the reason, and is found at the pool by its token
// when it is asked again.
func TestTethysC14AnUnreadableAnswerIsNoSuccess(t *testing.T) {
	t.Parallel()
	p := newPool()
	p.named = func(scheduler.ID) scheduler.ID { return "" }
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	j := submit(t, saved(t, h, "Default"), scheduler.Job{})
	if j.State != scheduler.Pending || j.PoolID != "" || j.Reason == "" {
		t.Errorf("submitted as %+v", j)
	}
	p.mu.Lock()
	p.named = nil
	p.mu.Unlock()
	if now := reach(t, j, scheduler.Queued); now.PoolID != scheduler.ID("native-"+j.ID) {
		t.Errorf("at the pool as %q", now.PoolID)
	}
	if d := p.doubles(); d != nil {
		t.Errorf("submitted twice: %v", d)
	}
}

// There: news that came late revived a job that had failed. Here: it is a note.
func TestTethysC16bLateNewsIsANote(t *testing.T) {
	t.Parallel()
	_, s, p, _ := richHost(t)
	j := submit(t, s, scheduler.Job{})
	keep := submit(t, s, scheduler.Job{}) // so that somebody goes on listening
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Failed, Reason: "exit code 3", Exit: &scheduler.Exit{Code: 3}})
	reach(t, j, scheduler.Failed)
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Running})
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	p.move(scheduler.Status{Token: keep.ID, State: scheduler.Running})
	reach(t, keep, scheduler.Running)
	now := until(t, j, "noted", func(j *host.Job) bool { return len(j.Notes) > 0 })
	if now.State != scheduler.Failed || now.Reason != "exit code 3" {
		t.Errorf("revived as %s (%s)", now.State, now.Reason)
	}
}

// There: any brace in a name but {id} was an exception, a workflow kept {id} as it was, and a list of groups was a type error.
func TestTethysC18NamesAndGroups(t *testing.T) {
	t.Parallel()
	h, s, _, seen := richHost(t)
	j := submit(t, s, scheduler.Job{Name: "{id}: {basin} { }", Groups: []string{"hydro", "storm"}})
	if j.Name != j.ID+": {basin} { }" || len(j.Groups) != 2 {
		t.Errorf("%q, %v", j.Name, j.Groups)
	}
	w := diamond()
	w.Name = "wf {id}"
	flow, err := s.SubmitWorkflow(t.Context(), w)
	if err != nil || flow.Name != "wf "+flow.ID || seen.workflow(flow.ID).Name != flow.Name {
		t.Errorf("%+v, %v", flow, err)
	}
	for _, group := range []string{"hydro", "storm"} {
		if found, _, err := h.ListJobs(t.Context(), host.JobQuery{Group: group}); err != nil || len(found) != 1 || found[0].ID != j.ID {
			t.Errorf("group %s: %v, %v", group, found, err)
		}
	}
}

// There: a scheduler could be deleted under its jobs, which then asked the web server's own pool. Here: not while one of them has not ended; afterwards they go with
// it.
func TestTethysC19ASchedulerWithJobsStays(t *testing.T) {
	t.Parallel()
	h, s, p, _ := richHost(t)
	j := submit(t, s, scheduler.Job{})
	if err := s.Delete(t.Context()); !errors.Is(err, fault.Conflict) {
		t.Errorf("deleted under its job: %v", err)
	}
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Succeeded})
	reach(t, j, scheduler.Succeeded)
	if err := s.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.GetJob(t.Context(), j.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("the job of a scheduler that is gone: %v", err)
	}
}

// There: a job whose results could not be copied was Complete without them, and nobody tried again. Here: the job has ended as it has; that its results come is a
// step of its own, which is tried again, and says how it stands.
func TestTethysC03ResultsAreAStep(t *testing.T) {
	t.Parallel()
	_, s, p, _ := richHost(t)
	dir := filepath.Join(t.TempDir(), "results")
	p.mu.Lock()
	p.spoilt = []error{fault.Unavailable.New("scp: connection lost")}
	p.mu.Unlock()
	j := ended(t, s, p, scheduler.Job{Policy: scheduler.Policy{Results: dir}}, scheduler.Status{State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	if j.State != scheduler.Succeeded || j.Ended.IsZero() || j.Results.State == "" {
		t.Errorf("at its end: %+v", j)
	}
	j = until(t, j, "fetched", func(j *host.Job) bool { return j.Results.State == "fetched" })
	if j.State != scheduler.Succeeded || j.Results.Attempts != 2 || j.Results.Files != 1 {
		t.Errorf("%s, %+v", j.State, j.Results)
	}
	if found, err := filepath.Glob(filepath.Join(dir, "out", "r.txt")); err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
}
