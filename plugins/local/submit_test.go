package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestOneTokenMakesOneJob(t *testing.T) {
	t.Parallel()
	p := newPool(t, 4)
	other := openPool(t, p.folder.path, 4)
	ran := filepath.Join(t.TempDir(), "ran")
	job := shell(`echo ran >> "$1"`, ran)
	job.Inputs = []scheduler.Input{{Name: "in", Data: []byte("data")}}
	ref := p.submit(job)
	job.Token = newToken()
	job.Inputs[0].Size = 4
	if err := p.Upload(t.Context(), job.Token, job.Inputs[0], strings.NewReader("data")); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			d := p
			if i%2 == 0 {
				d = other
			}
			if id, err := d.Submit(t.Context(), job); err != nil || id != scheduler.ID(job.Token) {
				t.Errorf("submit %d: %q, %v", i, id, err)
			}
		})
	}
	all.Wait()
	p.wait(ref)
	p.wait(refOf(job))
	if id, err := other.Submit(t.Context(), job); err != nil || id != scheduler.ID(job.Token) {
		t.Errorf("after the end: %q, %v", id, err)
	}
	if got, _ := os.ReadFile(ran); string(got) != "ran\nran\n" {
		t.Errorf("two jobs ran as often as: %q", got)
	}
	if left, _ := os.ReadDir(p.folder.staging()); len(left) > 0 {
		t.Errorf("left in staging: %v", left)
	}
	if left, _ := os.ReadDir(p.folder.uploads("")); len(left) > 0 {
		t.Errorf("left in uploads: %v", left)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	for name, c := range map[string]struct {
		job  scheduler.Job
		text string
	}{
		"long argument":  {scheduler.Job{Args: []string{strings.Repeat("x", 256<<10)}}, "an argument of 262144 bytes"},
		"long arguments": {scheduler.Job{Args: strings.Fields(strings.Repeat(strings.Repeat("x", 100_000)+" ", 70))}, "arguments and environment of 70"},
		"CPUs":           {scheduler.Job{Resources: scheduler.Resources{CPUs: 2.1}}, "has 2 slots"},
		"GPUs":           {scheduler.Job{Resources: scheduler.Resources{GPUs: 1}}, "GPU"},
		"memory":         {scheduler.Job{Resources: scheduler.Resources{Memory: 1 << 60}}, "memory"},
		"disk":           {scheduler.Job{Resources: scheduler.Resources{Disk: 1 << 60}}, "disk"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.job.Token, c.job.Command = newToken(), "true"
			_, err := p.Submit(t.Context(), c.job)
			if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("error %v, want %q in it", err, c.text)
			}
			if there, err := p.submitted(c.job.Token); there || err != nil {
				t.Errorf("is there all the same: %v, %v", there, err)
			}
		})
	}
}

func TestUpload(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	job := shell(`cat a/in; stat -c %a a/in; echo changed >> a/in`)
	in := scheduler.Input{Name: "a/in", Size: 4, Mode: 0o640}
	job.Inputs = []scheduler.Input{in}
	job = array(job, 3)
	upload := func(in scheduler.Input, r io.Reader) error { return p.Upload(t.Context(), job.Token, in, r) }

	if _, err := p.Submit(t.Context(), job); !errors.Is(err, fault.Conflict) {
		t.Errorf("submitted without its input: %v", err)
	}
	broken := errors.New("broken")
	if err := upload(in, io.MultiReader(strings.NewReader("two"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("a broken upload: %v", err)
	}
	for _, content := range []string{"two", "two and more"} {
		if err := upload(in, strings.NewReader(content)); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q for 4 bytes: %v", content, err)
		}
	}
	if _, err := p.Submit(t.Context(), job); !errors.Is(err, fault.Conflict) {
		t.Errorf("submitted with half an input: %v", err)
	}
	for _, content := range []string{"one\n", "two\n"} {
		if err := upload(in, strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := upload(scheduler.Input{Name: "a"}, strings.NewReader("")); !errors.Is(err, fault.Invalid) {
		t.Errorf("an input in the place of a folder: %v", err)
	}
	if err := upload(scheduler.Input{Name: "a/in/b"}, strings.NewReader("")); !errors.Is(err, fault.Invalid) {
		t.Errorf("an input below an input: %v", err)
	}
	if _, err := p.Submit(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	for task, s := range p.wait(refOf(job)) {
		if got := p.output(refOf(job), task); s.State != scheduler.Succeeded || got != "two\n640\n" {
			t.Errorf("task %d: %s %q: what another changed?", task, s.State, got)
		}
		if _, err := os.Stat(filepath.Join(p.folder.task(job.Token, task), workName, "a/in")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the copy of task %d is still there: %v", task, err)
		}
	}
	if got, err := os.ReadFile(filepath.Join(p.folder.inputs(job.Token), "a/in")); string(got) != "two\n" {
		t.Errorf("the input is now %q, %v", got, err)
	}
}

func TestAMillionTasksAreFewFiles(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	job := array(shell("sleep 1000"), 1_000_000)
	begin := time.Now()
	ref := p.submit(job)
	t.Logf("submitted in %v", time.Since(begin))
	eventually(t, "two to run", func() bool { return p.count(ref)[scheduler.Running] == 2 })
	files := 0
	err := filepath.WalkDir(p.folder.path, func(string, fs.DirEntry, error) error { files++; return nil })
	if err != nil || files > 60 {
		t.Errorf("%d files and folders, %v", files, err)
	}
	if got := p.query(ref); len(got) != 3 {
		t.Errorf("%d statuses for two that run and the rest", len(got))
	}
	if err := p.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	for i, s := range p.wait(ref) {
		if s.State != scheduler.Cancelled {
			t.Fatalf("task %d: %+v", i, s)
		}
	}
}

func TestForgottenJobIsNotRunAgain(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	p.settings.Keep = time.Millisecond
	if err := p.settings.write(p.folder); err != nil {
		t.Fatal(err)
	}
	ran := filepath.Join(t.TempDir(), "ran")
	old := shell(`echo ran >> "$1"`, ran)
	ref := p.submit(old)
	p.wait(ref)
	eventually(t, "the job to be removed by a later keeper", func() bool {
		p.run(shell("exit 0"))
		there, err := exists(p.folder.job(old.Token))
		return err == nil && !there
	})
	if id, err := p.Submit(t.Context(), old); err != nil || id != ref.ID {
		t.Errorf("submitted again: %q, %v", id, err)
	}
	if got := p.query(ref); len(got) != 1 || got[0].State != scheduler.Lost || !strings.Contains(got[0].Reason, "removed") {
		t.Errorf("it is %+v", got)
	}
	if err := p.Logs(t.Context(), ref, scheduler.LogOptions{}, io.Discard); !errors.Is(err, fault.NotFound) {
		t.Errorf("logs: %v", err)
	}
	if got, _ := os.ReadFile(ran); string(got) != "ran\n" {
		t.Errorf("it ran: %q", got)
	}
}
