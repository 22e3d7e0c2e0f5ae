package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// While the log's disk is full HTCondor 23.9 brings no job to its end: the shadow fails when it cannot write that, and the job runs anew. That is no failure
// and no loss; as soon as there is room it succeeds, and the log goes on.
func TestEventLogOnAFullDisk(t *testing.T) {
	t.Parallel()
	d, dir := own(t)
	log := dir + "/events"
	onPoint(t, "root", "mount -t tmpfs -o size=64k,uid=$(id -u ben),gid=$(id -g ben) tmpfs "+log)
	defer onPoint(t, "root", "umount -l "+log)
	onPoint(t, "ben", "head -c 1000000 /dev/zero >"+log+"/ballast 2>/dev/null; : >"+log+"/1.log; test $(stat -c %s "+log+"/ballast) -gt 30000")
	ref := submit(t, d, scheduler.Job{Command: "true"})
	shadows := func() string {
		return onPoint(t, "ben", "condor_q "+string(ref.ID)+" -af 'NumShadowStarts > 1'; condor_history -limit 1 -af true "+string(ref.ID))
	}
	for limit := time.Now().Add(30 * time.Second); !strings.HasPrefix(shadows(), "true") && time.Now().Before(limit); {
		if s := query(t, d, ref)[0]; s.State.Terminal() && s.State != scheduler.Succeeded {
			t.Fatalf("%+v", s)
		}
	}
	onPoint(t, "ben", "rm "+log+"/ballast")
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
	ref = submit(t, d, scheduler.Job{Command: "true"})
	if s := watchUntilEnd(t, d, ref)[0]; s.State != scheduler.Succeeded {
		t.Errorf("%+v", s)
	}
}

// A log that is deleted under a job that runs does not get its end: the queue and the history tell it.
func TestEventLogDeletedUnderARunningJob(t *testing.T) {
	t.Parallel()
	d, dir := own(t)
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"2"}})
	told := watching(t, d, ref)
	told.await("running", in(scheduler.Running))
	onPoint(t, "ben", "rm "+dir+"/events/1.log")
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
}

// A pool that was set up anew gives the numbers out again: whose they are is what was said last, and each job is found by its token only.
func TestNumbersAreGivenOutAgain(t *testing.T) {
	t.Parallel()
	d, dir := own(t)
	old := scheduler.Ref{ID: "987001", Token: newToken(), Tasks: 3}
	single, array := scheduler.Ref{ID: "987001.2", Token: newToken(), Tasks: 1}, scheduler.Ref{ID: "987002", Token: newToken(), Tasks: 2}
	ended := func(number string, code string) string {
		return "005 (" + number + ".000) 2026-11-22 16:10:47 Job terminated.\\n\\t(1) Normal termination (return value " + code + ")\\n...\\n"
	}
	onPoint(t, "ben", "cd "+dir+` && printf '987001 `+old.Token+` 3\n987002.1 `+newToken()+` 1\n987001.2 `+single.Token+` 1\n987002 `+array.Token+` 2\n' >clusters && printf '`+ended("987001.002", "4")+ended("987002.001", "5")+`' >events/1.log`)
	if s := query(t, d, single)[0]; s.State != scheduler.Failed || s.Exit.Code != 4 || s.ID != single.ID || s.Task != 0 {
		t.Errorf("%+v", s)
	}
	if all := query(t, d, array); all[1].State != scheduler.Failed || all[1].Exit.Code != 5 || all[0].State != scheduler.Lost {
		t.Errorf("%+v", all)
	}
	for _, s := range query(t, d, old) {
		if s.State != scheduler.Lost {
			t.Errorf("what another job did is told of the old one: %+v", s)
		}
	}
}
