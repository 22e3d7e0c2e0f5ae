package main

import (
	"fmt"
	"io"
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

// counted is a line of shell that writes a mark, so that it is seen how often it has run.
func counted(folder, name, then string) string {
	return fmt.Sprintf("echo %s >>%s/%s; %s", name, folder, name, then)
}

// wantOnce looks whether each node has run once.
func wantOnce(t *testing.T, folder string, names ...string) {
	t.Helper()
	for _, name := range names {
		out, err := condor(t).Run(t.Context(), "ben", "cat", folder+"/"+name)
		if err != nil || string(out) != name+"\n" {
			t.Errorf("node %s has left %q, %v", name, out, err)
		}
	}
}

func markFolder(t *testing.T) string {
	t.Helper()
	folder := "/srv/" + newToken()
	if _, err := condor(t).Run(t.Context(), "root", "install", "-d", "-m", "777", folder); err != nil {
		t.Fatal(err)
	}
	return folder
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

func TestCancelledWorkflow(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{
		{Name: "a", Job: arrayOf("sleep 300", 2), Retries: 3}, run("b", "true", "a"),
		{Name: "own", Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{run("x", "sleep 300"), run("y", "true", "x")}}},
	}})
	watched := watching(t, d, ref)
	running := func(s scheduler.Status) bool { return s.State == scheduler.Running }
	for limit := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		all := query(t, d, ref)
		if running(all[0]) && running(all[1]) && running(all[3]) {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("%+v", all)
		}
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	for i, s := range await(t, d, ref, "cancelled", in(scheduler.Cancelled)) {
		if s.Reason == "" || i < 2 && (s.Cause != scheduler.CauseUser || !strings.Contains(s.Reason, "removed with its workflow: removed: ")) {
			t.Errorf("%+v", s)
		}
	}
	watched.await("cancelled", in(scheduler.Cancelled))
	if out, err := condor(t).Run(t.Context(), "ben", "sh", "-c", "ls ~/.oceanid/jobs/"+ref.Token+"/main.dag.rescue001"); err != nil {
		t.Errorf("no rescue file: %s %v", out, err)
	}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Error(err)
	}
	// A graph that was cancelled before it came is never handed over.
	late := scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{run("a", "true")}}
	if err := d.Cancel(t.Context(), []scheduler.Ref{{Token: late.Token, Tasks: 1}}); err != nil {
		t.Fatal(err)
	}
	_, err := d.SubmitWorkflow(t.Context(), late)
	wantFault(t, err, fault.Conflict, "cancelled")
}

// What waits is held, what runs goes on; released, all goes on where it was.
func TestHeldWorkflow(t *testing.T) {
	t.Parallel()
	d := ben(t)
	folder := markFolder(t)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{
		run("runs", counted(folder, "runs", "until [ -e "+folder+"/gate ]; do sleep 0.1; done")),
		{Name: "waits", Job: scheduler.Job{Command: "true", Resources: scheduler.Resources{Memory: 1 << 50}}},
		run("later", counted(folder, "later", "true"), "runs"),
	}})
	watched := watching(t, d, ref)
	for limit := time.Now().Add(patience); query(t, d, ref)[0].State != scheduler.Running; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("it does not run")
		}
	}
	holdAll(t, d, ref)
	held := func(s scheduler.Status) bool { return heldWithReason(s) || s.Task == 0 && s.State == scheduler.Running }
	await(t, d, ref, "held, but for what runs", held)
	watched.await("held, but for what runs", held)
	if _, err := condor(t).Run(t.Context(), "ben", "touch", folder+"/gate"); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "held, but for what ran", func(s scheduler.Status) bool { return s.State == scheduler.Held || s.Task == 0 && s.State == good })
	releaseAll(t, d, ref)
	await(t, d, ref, "ended, but for what never can", func(s scheduler.Status) bool { return s.State == good || s.Task == 1 && s.State == scheduler.Queued })
	watched.await("ended, but for what never can", func(s scheduler.Status) bool { return s.State == good || s.Task == 1 && s.State == scheduler.Queued })
	wantOnce(t, folder, "runs", "later")
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "ended", ended)
}

// A graph that DAGMan cannot read: condor_submit_dag says nothing of that. It is told in DAGMan's words.
func TestDAGManThatCannotBegin(t *testing.T) {
	t.Parallel()
	// The graph cannot be wrong; here is a condor_submit_dag that spoils it.
	tools := "/srv/" + newToken()
	script := "mkdir " + tools + " && chmod 755 " + tools + " && printf '#!/bin/sh\n/usr/bin/condor_submit_dag \"$@\" && echo SPOILT a >>main.dag\n' >" + tools + "/condor_submit_dag && chmod 755 " + tools + "/condor_submit_dag"
	if out, err := condor(t).Run(t.Context(), "root", "sh", "-c", script); err != nil {
		t.Fatalf("%s%v", out, err)
	}
	c := account(t, "ben")
	c.Tools = tools
	d := open(t, c)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{run("a", "true")}})
	all := come(t, d, ref)
	wantStates(t, all, bad)
	if !strings.Contains(all[0].Reason, "DAGMan could not begin") || !strings.Contains(all[0].Reason, "SPOILT") {
		t.Errorf("%+v", all[0])
	}
}

func TestFilesOfWorkflow(t *testing.T) {
	t.Parallel()
	d := ben(t)
	input := []scheduler.Input{{Name: "in.txt", Data: []byte("given")}}
	w := scheduler.Workflow{Token: newToken(), Name: "files $(x)", Nodes: []scheduler.Node{
		run("first", "echo first"),
		{Name: "both", After: []string{"first"}, Job: scheduler.Job{
			Command: "sh", Args: []string{"-c", "cp in.txt out.txt; echo $OCEANID_TASK_INDEX >>out.txt; echo task $OCEANID_TASK_INDEX; sleep 2; echo end"},
			Inputs: input, Outputs: []string{"out.txt"}, Array: &scheduler.Array{Count: 2},
		}},
	}}
	ref := submitWorkflow(t, d, w)
	var followed strings.Builder
	if err := d.Logs(t.Context(), ref, scheduler.LogOptions{Task: 2, Follow: true}, &followed); err != nil || followed.String() != "task 1\nend\n" {
		t.Errorf("%q, %v", followed.String(), err)
	}
	come(t, d, ref)
	if got := stdout(t, d, ref, 0); got != "first\n" {
		t.Errorf("%q", got)
	}
	files := make(map[int]string)
	take := func(f scheduler.File, r io.Reader) error {
		text, err := io.ReadAll(r)
		files[f.Task] = f.Path + ": " + string(text)
		return err
	}
	if err := d.Download(t.Context(), ref, scheduler.FileQuery{}, take); err != nil || len(files) != 2 || files[1] != "out.txt: given0\n" || files[2] != "out.txt: given1\n" {
		t.Errorf("%v, %v", files, err)
	}
	clear(files)
	unnamed := scheduler.Ref{Token: ref.Token, Tasks: ref.Tasks}
	if err := d.Download(t.Context(), unnamed, scheduler.FileQuery{Tasks: []int{2}, Paths: []string{"out.txt"}}, take); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
	wantFault(t, d.Download(t.Context(), ref, scheduler.FileQuery{Tasks: []int{3}}, take), fault.NotFound, "no task 3")
	wantFault(t, d.Download(t.Context(), ref, scheduler.FileQuery{Paths: []string{"x"}}, take), fault.NotFound, "x")

	found := 0
	err := d.Find(t.Context(), w.Token, time.Time{}, func(f scheduler.Found) error {
		found++
		if f.Ref != ref || f.Workflow == nil || len(f.Workflow.Nodes) != 2 || f.Submitted.IsZero() {
			t.Errorf("%+v", f)
		}
		return nil
	})
	if err != nil || found != 1 {
		t.Errorf("%d found, %v", found, err)
	}
	limit := time.Now().Add(patience)
	for {
		err := d.Remove(t.Context(), []scheduler.Ref{ref})
		if err == nil {
			break
		}
		if fault.Of(err) != fault.Conflict || time.Now().After(limit) {
			t.Fatal(err)
		}
	}
	if out, err := condor(t).Run(t.Context(), "ben", "sh", "-c", "ls -d ~/.oceanid/jobs/"+w.Token+"* ~/.oceanid/active/"+w.Token); err == nil {
		t.Errorf("left: %s", out)
	}
	_, err = d.SubmitWorkflow(t.Context(), w)
	wantFault(t, err, fault.Conflict, "removed")
}

// What runs of a workflow stops, and goes on.
func TestSuspendedWorkflow(t *testing.T) {
	t.Parallel()
	d := ben(t)
	folder := markFolder(t)
	ref := submitWorkflow(t, d, scheduler.Workflow{Nodes: []scheduler.Node{run("a", "until [ -e "+folder+"/gate ]; do sleep 0.1; done"), run("b", "true", "a")}})
	watched := watching(t, d, ref)
	first := func(state scheduler.State) func(scheduler.Status) bool {
		return func(s scheduler.Status) bool {
			return s.State == scheduler.Queued && s.Task+s.Count == 2 || s.Task == 0 && s.State == state
		}
	}
	// While its files are still brought nothing of it can be stopped: HTCondor forgets the wish.
	await(t, d, ref, "running", func(s scheduler.Status) bool { return first(scheduler.Running)(s) && (s.Task > 0 || s.Node != "") })
	watched.await("running", first(scheduler.Running))
	if err := d.Suspend(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "suspended", first(scheduler.Suspended))
	watched.await("suspended", first(scheduler.Suspended))
	if err := d.Resume(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "running", first(scheduler.Running))
	if _, err := condor(t).Run(t.Context(), "ben", "touch", folder+"/gate"); err != nil {
		t.Fatal(err)
	}
	wantStates(t, await(t, d, ref, "ended", ended), good, good)
}
