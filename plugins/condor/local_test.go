package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// onAccessPoint tells this test binary that it was started again on the access point, where HTCondor's tools are.
const onAccessPoint = "OCEANID_TEST_ON_ACCESS_POINT"

// Without a host the tools of this machine are used: this binary goes to the access point and runs there.
func TestToolsOfThisMachine(t *testing.T) {
	t.Parallel()
	self := must(os.Executable())
	if err := condor(t).CopyIn(t.Context(), "ben", self, "/home/ben/condor.test"); err != nil {
		t.Fatal(err)
	}
	out, err := condor(t).Run(t.Context(), "ben", "env", onAccessPoint+"=1", "/home/ben/condor.test")
	if err != nil || !strings.HasSuffix(string(out), "good\n") {
		t.Errorf("%s%v", out, err)
	}
}

func runOnAccessPoint() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	d, err := New(ctx, Config{Directory: "~/local"}, sdk.Env{})
	if err != nil {
		return err
	}
	var checks []string
	if err := d.Probe(ctx, func(c scheduler.Check) { checks = append(checks, c.Name) }); err != nil || strings.Join(checks, " ") != "tools version queue directory" {
		return fmt.Errorf("probe: %q, %w", checks, err)
	}
	job := sh(`cat in; echo "$OCEANID_TASK_INDEX" >out`, `exit 3`)
	job.Token, job.Inputs, job.Outputs = newToken(), []scheduler.Input{{Name: "in", Size: 5}}, []string{"out"}
	if err := d.Upload(ctx, job.Token, job.Inputs[0], strings.NewReader("input")); err != nil {
		return err
	}
	id, err := d.Submit(ctx, job)
	if err != nil {
		return err
	}
	if again, err := d.Submit(ctx, job); again != id {
		return fmt.Errorf("submitted again it is %s, not %s: %w", again, id, err)
	}
	ref := scheduler.Ref{ID: id, Token: job.Token, Tasks: 2}
	ends := make(map[int]scheduler.State)
	err = d.Watch(ctx, "", func(e scheduler.Event) error {
		if e.Status.State.Terminal() {
			ends[e.Status.Task] = e.Status.State
		}
		if len(ends) == 2 {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) || ends[0] != scheduler.Succeeded || ends[1] != scheduler.Failed {
		return fmt.Errorf("watch: %v, %w", ends, err)
	}
	var log strings.Builder
	if err := d.Logs(ctx, ref, scheduler.LogOptions{Follow: true}, &log); err != nil || log.String() != "input" {
		return fmt.Errorf("logs: %q, %w", log.String(), err)
	}
	files := 0
	err = d.Download(ctx, ref, scheduler.FileQuery{}, func(f scheduler.File, r io.Reader) error {
		files++
		content, err := io.ReadAll(r)
		if f.Task != 0 || f.Path != "out" || string(content) != "0\n" {
			return fmt.Errorf("%+v is %q: %w", f, content, err)
		}
		return nil
	})
	if err != nil || files != 1 {
		return fmt.Errorf("download: %d files, %w", files, err)
	}
	if err := d.Cancel(ctx, []scheduler.Ref{ref}); err != nil {
		return err
	}
	return d.Close()
}
