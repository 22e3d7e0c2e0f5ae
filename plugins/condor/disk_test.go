package main

import (
	"context"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The disk of the driver's folder on the access point is full: what comes is not taken for now, for that reason; nothing said of the jobs that are there is made up; and
// when there is room the same submission is one job.
func TestAccessPointsDiskIsFull(t *testing.T) {
	t.Parallel()
	c := account(t, "ben")
	c.Directory = "/srv/" + newToken()
	onPoint(t, "root", "mkdir "+c.Directory+" && mount -t tmpfs -o size=1m,uid=$(id -u ben),gid=$(id -g ben),mode=700 tmpfs "+c.Directory)
	t.Cleanup(func() {
		if _, err := condor(t).Run(context.WithoutCancel(t.Context()), "root", "umount", "-l", c.Directory); err != nil {
			t.Error(err)
		}
	})
	d := open(t, c)
	there := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"300"}})
	onPoint(t, "ben", "cat /dev/zero >"+c.Directory+"/ballast 2>/dev/null; test $(stat -c %s "+c.Directory+"/ballast) -gt 100000")
	job := scheduler.Job{Token: newToken(), Command: "true"}
	for range 2 {
		_, err := d.Submit(t.Context(), job)
		if kind := fault.Of(err); err == nil || kind != fault.Exhausted && kind != fault.Unavailable {
			t.Errorf("%q: %v", kind, err)
		}
	}
	if err := noLoss(t, d, there)(t.Context()); err != nil {
		t.Errorf("query: %v", err)
	}
	onPoint(t, "ben", "rm "+c.Directory+"/ballast")
	wantOne(t, job.Token, insist(t, d, job))
	if err := d.Cancel(t.Context(), []scheduler.Ref{there}); err != nil {
		t.Fatal(err)
	}
	await(t, d, there, "cancelled", in(scheduler.Cancelled))
}
