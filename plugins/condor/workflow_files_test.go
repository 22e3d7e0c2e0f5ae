package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

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
