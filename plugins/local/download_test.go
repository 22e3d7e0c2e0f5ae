package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// download is what Download yields, as "task path mode content".
func (p *pool) download(ref scheduler.Ref, q scheduler.FileQuery) (files []string, err error) {
	p.t.Helper()
	err = p.Download(p.t.Context(), ref, q, func(f scheduler.File, r io.Reader) error {
		content, err := io.ReadAll(r)
		if int64(len(content)) != f.Size || time.Since(f.Modified) > time.Hour {
			p.t.Errorf("%d bytes of %+v", len(content), f)
		}
		files = append(files, fmt.Sprintf("%d %s %o %s", f.Task, f.Path, f.Mode, content))
		return err
	})
	return files, err
}

func TestDownload(t *testing.T) {
	t.Parallel()
	p := newPool(t, 2)
	job := array(shell(`umask 022
		mkdir -p out/b/deep empty; echo $OCEANID_TASK_INDEX > out/z; : > out/a; echo x > out/b/deep/x; chmod 755 out/a
		echo not > private; [ $OCEANID_TASK_INDEX = 1 ] || echo one > single; exit $OCEANID_TASK_INDEX`), 3)
	job.Outputs = []string{"single", "out", "out/b/deep/x", "missing", "empty", "single/below", "in"}
	job.Inputs = []scheduler.Input{{Name: "in", Data: []byte("in"), Mode: 0o600}, {Name: "in2", Data: []byte("in")}}
	ref := p.submit(job)
	p.wait(ref)
	of := func(task int) (files []string) {
		if task != 1 {
			files = append(files, fmt.Sprintf("%d single 644 one\n", task))
		}
		return append(files, fmt.Sprintf("%d out/a 755 ", task), fmt.Sprintf("%d out/b/deep/x 644 x\n", task), fmt.Sprintf("%d out/z 644 %d\n", task, task),
			fmt.Sprintf("%d in 600 in", task))
	}
	for name, c := range map[string]struct {
		q    scheduler.FileQuery
		want []string
	}{
		"all":         {scheduler.FileQuery{}, slices.Concat(of(0), of(1), of(2))},
		"tasks":       {scheduler.FileQuery{Tasks: []int{2, 1, 2}}, slices.Concat(of(1), of(2))},
		"paths":       {scheduler.FileQuery{Paths: []string{"single"}}, []string{of(0)[0], of(2)[0]}},
		"folder":      {scheduler.FileQuery{Tasks: []int{0}, Paths: []string{"out"}}, of(0)[1:4]},
		"not there":   {scheduler.FileQuery{Paths: []string{"missing"}}, nil},
		"in a folder": {scheduler.FileQuery{Tasks: []int{1}, Paths: []string{"out/b/deep/x"}}, of(1)[1:2]},
	} {
		if got, err := p.download(ref, c.q); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
		}
	}
	for name, q := range map[string]scheduler.FileQuery{
		"path that was not named": {Paths: []string{"private"}},
		"path out of it":          {Paths: []string{"../stdout"}},
		"task":                    {Tasks: []int{3}},
		"negative task":           {Tasks: []int{-1}},
	} {
		if got, err := p.download(ref, q); !errors.Is(err, fault.NotFound) || len(got) > 0 {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := p.download(scheduler.Ref{ID: "../x"}, scheduler.FileQuery{}); !errors.Is(err, fault.NotFound) {
		t.Errorf("no such job: %v", err)
	}
	stop := errors.New("stop")
	n := 0
	err := p.Download(t.Context(), ref, scheduler.FileQuery{}, func(scheduler.File, io.Reader) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("a yield that stops: %v after %d", err, n)
	}
}

func TestPoisonedOutputsAreRefusedByName(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	job := shell(`mkdir out real; echo good > out/a; echo good > out/zz; echo real > real/file
		ln -s "$1" out/link; ln -s ../../../../../job.json out/up; ln -s a out/inside; mkfifo out/pipe; ln -s /etc out/etc
		mknod out/device c 1 3 2>/dev/null || mkfifo out/device
		printf x > out/"$(printf 'bad\377name')"
		ln -s real linked; ln -s "$1" top; ln -s .. dots; ln -s /nowhere dangling; mkfifo fifo`, secret)
	job.Outputs = []string{"out", "linked/file", "top", "dots/stdout", "dangling", "fifo", "real/file"}
	ref := p.submit(job)
	if s := p.wait(ref)[0]; s.State != scheduler.Succeeded {
		t.Fatalf("%+v", s)
	}
	got, err := p.download(ref, scheduler.FileQuery{})
	if want := []string{"0 out/a 644 good\n", "0 out/zz 644 good\n", "0 real/file 644 real\n"}; !slices.Equal(got, want) {
		t.Errorf("yielded %q, want %q", got, want)
	}
	if !errors.Is(err, fault.Invalid) {
		t.Fatalf("error %v", err)
	}
	for _, name := range []string{"out/link", "out/up", "out/inside", "out/pipe", "out/etc", "out/device", `out/bad\xffname`, "linked", "top", "dots", "dangling", "fifo"} {
		if !strings.Contains(err.Error(), `"`+name+`"`) {
			t.Errorf("%s is not named in: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "real") || strings.Contains(err.Error(), "out/a\"") {
		t.Errorf("what is no poison is named in: %v", err)
	}
}

func TestManyPoisonsAreCounted(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	job := shell(`mkdir out; for i in $(seq 100); do ln -s x out/$i; done`)
	job.Outputs = []string{"out"}
	ref := p.submit(job)
	p.wait(ref)
	_, err := p.download(ref, scheduler.FileQuery{})
	if !errors.Is(err, fault.Invalid) || !strings.HasSuffix(err.Error(), "\nand 80 more") {
		t.Errorf("%v", err)
	}
}
