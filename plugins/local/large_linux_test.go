package main

import (
	"io"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A file of 100 GB that has no content is told by its size; whoever does not want it has not paid for it.
func TestASparseFileCostsNothing(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	job := shell("mkdir out; truncate -s 100G out/sparse && echo x >out/zz")
	job.Outputs = []string{"out"}
	ref := p.submit(job)
	if s := p.wait(ref)[0]; s.State != scheduler.Succeeded {
		t.Fatalf("%+v", s)
	}
	sizes := map[string]int64{}
	err := p.Download(t.Context(), ref, scheduler.FileQuery{}, func(f scheduler.File, _ io.Reader) error {
		sizes[f.Path] = f.Size
		return nil
	})
	if err != nil || sizes["out/sparse"] != 100<<30 || sizes["out/zz"] != 2 {
		t.Errorf("%v, %v", sizes, err)
	}
}

// Very many small files come one after the other, and none is left out.
func TestManySmallFiles(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	job := shell("mkdir out && cd out && seq -f %06.0f 20000 | xargs touch")
	job.Outputs = []string{"out"}
	ref := p.submit(job)
	if s := p.wait(ref)[0]; s.State != scheduler.Succeeded {
		t.Fatalf("%+v", s)
	}
	n, last := 0, ""
	err := p.Download(t.Context(), ref, scheduler.FileQuery{}, func(f scheduler.File, _ io.Reader) error {
		if f.Path <= last {
			t.Errorf("%s comes after %s", f.Path, last)
		}
		n, last = n+1, f.Path
		return nil
	})
	if err != nil || n != 20_000 {
		t.Errorf("%d files, %v", n, err)
	}
}
