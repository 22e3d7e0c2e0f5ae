package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// onCluster is set in the environment of this test binary where it runs on the lab's machine itself.
const onCluster = "OCEANID_TEST_ON_CLUSTER"

// TestLocal runs this test binary on the lab's machine, where the driver needs no host.
func TestLocal(t *testing.T) {
	t.Parallel()
	l := slurm(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.CopyIn(t.Context(), "dee", self, "driver.test"); err != nil {
		t.Fatal(err)
	}
	out, err := l.Run(t.Context(), "dee", "env", onCluster+"=yes", "SLURM_JOB_ID=7", "OCEANID_SECRET=hunter2", "./driver.test")
	if err != nil || string(out) != "good\n" {
		t.Errorf("%v: %s", err, out)
	}
}

// runOnCluster is the test there.
func runOnCluster() error {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	d, err := New(ctx, Config{WorkDir: "~/here", Timeout: time.Second}, sdk.Env{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Probe(ctx, func(scheduler.Check) {}); err != nil {
		return err
	}
	job := scheduler.Job{
		Token: "here", Command: "sh", Args: []string{"-c", "cat; env; mkdir -p a && echo result >a/b; exit 4"}, Stdin: "in",
		Inputs: []scheduler.Input{{Name: "in", Size: 6}}, Outputs: []string{"a"},
	}
	if err := d.Upload(ctx, job.Token, job.Inputs[0], strings.NewReader("input\n")); err != nil {
		return err
	}
	id, err := d.Submit(ctx, job)
	if err != nil {
		return err
	}
	if again, err := d.Submit(ctx, job); err != nil || again != id {
		return fmt.Errorf("a second submission gives %q, %v", again, err)
	}
	ref := scheduler.Ref{ID: id, Token: job.Token, Tasks: 1}
	var out bytes.Buffer
	if err := d.Logs(ctx, ref, scheduler.LogOptions{Follow: true}, &out); err != nil {
		return err
	}
	if !strings.HasPrefix(out.String(), "input\n") || strings.Contains(out.String(), "hunter2") {
		return fmt.Errorf("the job wrote %q", out.String())
	}
	var state scheduler.Status
	err = d.Query(ctx, scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error { state = s; return nil })
	if err != nil || state.Exit == nil || state.Exit.Code != 4 {
		return fmt.Errorf("it ended as %+v, %v", state, err)
	}
	files := 0
	err = d.Download(ctx, ref, scheduler.FileQuery{}, func(f scheduler.File, r io.Reader) error {
		text, err := io.ReadAll(r)
		if f.Path != "a/b" || string(text) != "result\n" {
			err = errors.Join(err, fmt.Errorf("brought %s: %q", f.Path, text))
		}
		files++
		return err
	})
	if err == nil && files != 1 {
		err = fmt.Errorf("brought %d files", files)
	}
	return err
}
