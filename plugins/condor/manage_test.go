package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// own is a driver with a folder of its own on the access point.
func own(t *testing.T) (*driver, string) {
	t.Helper()
	c := account(t, "ben")
	c.Directory = "~/" + newToken()
	d := open(t, c)
	p, err := d.at(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return d, p.dir
}

func onPoint(t *testing.T, user, line string) string {
	t.Helper()
	out, err := condor(t).Run(t.Context(), user, "sh", "-c", line)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.TrimSpace(string(out))
}

// JobStatus 7 is suspended, and events 010 and 011 tell of it.
func TestSuspendAndResume(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", "while [ ! -e go ]; do sleep 0.1; done"}, Resources: scheduler.Resources{RunTime: time.Hour}})
	queued := submit(t, d, scheduler.Job{Command: "true", Resources: scheduler.Resources{CPUs: 1000}})
	never := scheduler.Ref{ID: "4000000.0", Token: newToken(), Tasks: 1}
	w := watching(t, d, ref)
	w.await("running", in(scheduler.Running))
	await(t, d, ref, "running", in(scheduler.Running))
	refs := []scheduler.Ref{ref, queued, never}
	for range 2 {
		if err := d.Suspend(t.Context(), refs); err != nil {
			t.Fatal(err)
		}
		await(t, d, ref, "suspended", in(scheduler.Suspended))
		w.await("suspended", func(s scheduler.Status) bool { return s.State == scheduler.Suspended && s.Reason != "" })
	}
	await(t, d, queued, "queued", in(scheduler.Queued))
	for range 2 {
		if err := d.Resume(t.Context(), refs); err != nil {
			t.Fatal(err)
		}
		await(t, d, ref, "running", in(scheduler.Running))
		w.await("running", in(scheduler.Running))
	}
	if err := d.Cancel(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "cancelled", in(scheduler.Cancelled))
}

// HTCondor loses half of a suspension that comes while a task is being started: its processes are stopped, and nobody is told.
func TestSuspendWhatIsJustBeginning(t *testing.T) {
	t.Parallel()
	d := ben(t)
	var all sync.WaitGroup
	defer all.Wait()
	for range 6 {
		all.Go(func() {
			ref := submit(t, d, sh("sleep 3600"))
			cluster, _, _ := strings.Cut(string(ref.ID), ".")
			onPoint(t, "ben", "until [ \"$(condor_q "+cluster+" -af JobStatus)\" = 2 ]; do :; done")
			if err := d.Suspend(t.Context(), []scheduler.Ref{ref}); err != nil {
				t.Error(err)
			}
			await(t, d, ref, "suspended", in(scheduler.Suspended))
			if err := d.Resume(t.Context(), []scheduler.Ref{ref}); err != nil {
				t.Error(err)
			}
			await(t, d, ref, "running", in(scheduler.Running))
			if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
				t.Error(err)
			}
		})
	}
}

// What is being handed over while its removal is asked for is left alone, whatever comes first.
func TestRemoveOfWhatIsBeingHandedOver(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.Tools, c.Directory = "/home/ben/"+newToken(), "~/"+newToken()
	gate := c.Tools + "/gate"
	onPoint(t, "ben", "mkdir "+c.Tools+" && cd "+c.Tools+` && printf '#!/bin/sh\n: >here\nuntil [ -e `+gate+` ]; do sleep 0.1; done\nexec /usr/bin/condor_submit "$@"\n' >condor_submit && chmod +x condor_submit`)
	d := open(t, c)
	job := scheduler.Job{Token: newToken(), Command: "true"}
	submitted := make(chan error, 1)
	go func() {
		_, err := d.Submit(t.Context(), job)
		submitted <- err
	}()
	onPoint(t, "ben", "until [ -e ~/"+strings.TrimPrefix(c.Directory, "~/")+"/batches/*/here ]; do sleep 0.1; done")
	ref := scheduler.Ref{Token: job.Token, Tasks: 1}
	wantFault(t, d.Remove(t.Context(), []scheduler.Ref{ref}), fault.Conflict, job.Token, "being handed over")
	onPoint(t, "ben", "touch "+gate)
	if err := <-submitted; err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
}

// Remove deletes the job's folder, follows no link, and leaves what has not ended.
func TestRemove(t *testing.T) {
	t.Parallel()
	d, dir := own(t)
	precious := onPoint(t, "ben", "mktemp -d && chmod 755 $_ 2>/dev/null; true")
	onPoint(t, "ben", "echo x >"+precious+"/file")
	done := submit(t, d, scheduler.Job{Command: "sh", Args: []string{"-c", "ln -s " + precious + " out"}, Outputs: []string{"out"}})
	other := submit(t, d, scheduler.Job{Command: "true"})
	open := submit(t, d, scheduler.Job{Command: "true", Resources: scheduler.Resources{CPUs: 1000}})
	never := scheduler.Ref{Token: newToken(), Tasks: 1}
	await(t, d, done, "ended", ended)
	await(t, d, other, "ended", ended)
	onPoint(t, "ben", "ln -s "+precious+" "+dir+"/jobs/"+done.Token+"/work.link && ln -s "+precious+" "+dir+"/jobs/"+done.Token+"/logs/link")
	for range 2 {
		wantFault(t, d.Remove(t.Context(), []scheduler.Ref{done, open, never}), fault.Conflict, open.Token)
	}
	if got := onPoint(t, "ben", "cat "+precious+"/file; cd "+dir+"/jobs && ls"); !strings.HasPrefix(got, "x\n") || strings.Contains(got, done.Token) || !strings.Contains(got, open.Token) || !strings.Contains(got, other.Token) {
		t.Errorf("there is %q", got)
	}
	if s := query(t, d, open)[0]; s.State != scheduler.Queued {
		t.Errorf("%+v", s)
	}
	// Whoever comes late does not run it again.
	_, err := d.Submit(t.Context(), scheduler.Job{Token: done.Token, Command: "true"})
	wantFault(t, err, fault.Conflict, "removed")
	if err := d.Cancel(t.Context(), []scheduler.Ref{open}); err != nil {
		t.Fatal(err)
	}
	await(t, d, open, "cancelled", in(scheduler.Cancelled))
	if err := d.Remove(t.Context(), []scheduler.Ref{open, other}); err != nil {
		t.Error(err)
	}
	if got := onPoint(t, "ben", "cd "+dir+" && ls jobs batches"); got != "batches:\n\njobs:" {
		t.Errorf("left: %q", got)
	}
}

// Find tells what the driver keeps, whoever submitted it, and nothing that was removed.
func TestFind(t *testing.T) {
	t.Parallel()
	d, dir := own(t)
	found := func(prefix string, since time.Time) map[string]scheduler.Found {
		t.Helper()
		all := make(map[string]scheduler.Found)
		err := d.Find(t.Context(), prefix, since, func(f scheduler.Found) error {
			all[f.Ref.Token] = f
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := found("", time.Time{}); len(all) != 0 {
		t.Errorf("before anything was submitted there is %v", all)
	}
	prefix := "f" + newToken()[2:12]
	var jobs []scheduler.Job
	for i := range 5 {
		jobs = append(jobs, scheduler.Job{
			Token: fmt.Sprintf("%s-%d", prefix, i), Name: fmt.Sprint("näme $(x) ", i), Command: "echo", Args: []string{"a\n", "$(b)"}, Env: map[string]string{"E": "x\ny"},
			Labels: map[string]string{"project": "flood"}, User: "ada", Options: map[string]any{"priority": float64(i)}, Outputs: []string{"out"},
		})
	}
	jobs = append(jobs, scheduler.Job{Token: prefix + "-9", Command: "true", Array: &scheduler.Array{Count: 2, Args: [][]string{{"x"}, {"y"}}}}, scheduler.Job{Token: newToken(), Command: "true"})
	ids := insistAll(t, d, jobs)
	all := found(prefix, time.Now().Add(-time.Hour))
	if len(all) != 6 {
		t.Fatalf("%d are found: %v", len(all), all)
	}
	for _, job := range jobs[:6] {
		f := all[job.Token]
		if f.Ref.ID != ids[job.Token] || f.Ref.Tasks != job.Tasks() || fmt.Sprintf("%+v", f.Job.Args) != fmt.Sprintf("%+v", job.Args) || f.Job.Name != job.Name || f.Job.User != job.User || f.Job.Labels["project"] != job.Labels["project"] || time.Since(f.Submitted).Abs() > patience {
			t.Errorf("%+v is found as %+v", job, f)
		}
	}
	if all := found(prefix, time.Now().Add(time.Hour)); len(all) != 0 {
		t.Errorf("of the future there is %v", all)
	}
	first := scheduler.Ref{ID: ids[jobs[0].Token], Token: jobs[0].Token, Tasks: 1}
	await(t, d, first, "ended", ended)
	if err := d.Remove(t.Context(), []scheduler.Ref{first}); err != nil {
		t.Fatal(err)
	}
	if all := found(prefix+"-0", time.Time{}); len(all) != 0 {
		t.Errorf("what was removed is found: %v", all)
	}
	// A loss of power has left one without content, and one is older than is asked for.
	onPoint(t, "ben", "cd "+dir+"/jobs && : >"+prefix+"-1/job.json && touch -d '3 hours ago' "+prefix+"-2/job.json "+prefix+"-2")
	if all := found(prefix, time.Now().Add(-time.Hour)); len(all) != 3 || all[prefix+"-9"].Ref.ID != ids[prefix+"-9"] {
		t.Errorf("%v", all)
	}
	if err := d.Find(t.Context(), "../", time.Time{}, nil); !errors.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

// What an administrator removes is cancelled, and says by whom; what the pool's own rule holds is held and stays.
func TestRemovedByAnAdministrator(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}})
	await(t, d, ref, "running", in(scheduler.Running))
	// HTCondor itself takes root for the account of its daemons.
	onPoint(t, "root", "condor_rm "+string(ref.ID))
	for how, all := range map[string][]scheduler.Status{"watch": watchUntilEnd(t, d, ref), "query": await(t, d, ref, "ended", ended)} {
		if s := all[0]; s.State != scheduler.Cancelled || s.Cause != scheduler.CauseUser || !strings.Contains(s.Reason, "by user condor") {
			t.Errorf("%s: %+v", how, s)
		}
	}
}

// A task that its machine is taken from waits to run again, says so, and runs again.
func TestEvictedIsToldAndRunsAgain(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}})
	await(t, d, ref, "running", in(scheduler.Running))
	onPoint(t, "ben", "condor_vacate_job -fast "+string(ref.ID))
	told := events(t, d, "", func(e scheduler.Event) bool {
		return e.Status.Token == ref.Token && e.Status.Cause == scheduler.CauseEvicted
	})
	if s := told[len(told)-1].Status; s.State != scheduler.Queued || !strings.Contains(s.Reason, "waits to run again") {
		t.Errorf("%+v", s)
	}
	again := events(t, d, told[len(told)-1].Cursor, func(e scheduler.Event) bool {
		return e.Status.Token == ref.Token && e.Status.State == scheduler.Running
	})
	if !slices.ContainsFunc(again, func(e scheduler.Event) bool { return e.Status.Token == ref.Token }) {
		t.Error("it does not run again")
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
}
