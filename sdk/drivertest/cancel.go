package drivertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func cancelChecks() []check {
	return group("cancel", "", "scheduler.Driver.Cancel; scheduler.proto, rpc Cancel",
		of("running", "A job that runs is ended by Cancel and is then CANCELLED, with a reason, and never failed or succeeded.", "",
			"End it at the pool and tell STATE_CANCELLED with a reason once it has ended.", cancelsRunning),
		of("at-once", "A job that is cancelled right after it was submitted, whatever it was doing, is CANCELLED.", "",
			"Cancel what waits as well as what runs, also in the moment between.", cancelsAtOnce),
		of("array", "All tasks of an array are CANCELLED, those that ran and those that waited.", "",
			"Cancel the whole job at the pool, not only its first task.", cancelsArray),
		of("all-processes", "Cancel ends all processes of a task, its children in the background too.", "",
			"End the task's process group or session, or its cgroup, and what ignores SIGTERM by SIGKILL.", cancelsAllProcesses),
		of("ended-stays", "Cancel of a job that has ended is no error and changes nothing.", "",
			"Treat it as done: a terminal state never changes again.", cancelLeavesEnded),
		of("twice", "Cancel a second time is no error.", "", "Treat a job that is being cancelled as cancelled.", cancelsTwice),
		of("unknown", "Cancel of a job that the pool does not know is no error, and spoils nothing for the others that are named.", "",
			"Go through all jobs of the request; skip what is not known.", cancelsAmongUnknown),
		of("nothing", "Cancel of no jobs is no error.", "", "Return at once.", cancelsNothing),
		of("only-what-was-named", "Cancel leaves jobs alone that it does not name.", "", "Name exactly the job to the pool.", cancelsOnlyNamed),
		of("by-the-token", "A job without an identifier in the request is found by its token.", "scheduler.Ref; scheduler.proto, message JobRef",
			"Look the token up at the pool where the identifier is empty.", cancelsByToken),
		of("before-submission", "A token that was cancelled before it was submitted is refused as CONFLICT later, or becomes a job like any.", "scheduler.Driver.Submit; scheduler.proto, rpc Submit",
			"Remember the token as cancelled and answer CONFLICT, or take the job.", cancelsBeforeSubmission),
	)
}

// cancelled cancels a job and waits until all of it is.
func (t *trial) cancelled(ctx context.Context, ref *schedulerv1.JobRef) (tasks, error) {
	if err := t.cancel(ctx, ref); err != nil {
		return nil, saw("Cancel: %s", said(err))
	}
	now, err := t.ended(ctx, ref)
	if err == nil && !now.all(schedulerv1.State_STATE_CANCELLED) {
		return now, saw("after Cancel the job is %s", now.show())
	}
	return now, err
}

func cancelsRunning(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	if err := t.running(ctx, ref); err != nil {
		return err
	}
	now, err := t.cancelled(ctx, ref)
	if err != nil {
		return err
	}
	if now[0].GetReason() == "" {
		return saw("it is told as cancelled without a reason")
	}
	return nil
}

func cancelsAtOnce(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	_, err = t.cancelled(ctx, ref)
	return err
}

func cancelsArray(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, array(t.long(), 12))
	if err != nil {
		return err
	}
	if _, err := t.until(ctx, ref, "running with one task at least", func(now tasks) bool {
		for _, s := range now {
			if s.GetState() == schedulerv1.State_STATE_RUNNING {
				return true
			}
		}
		return false
	}); err != nil {
		return err
	}
	_, err = t.cancelled(ctx, ref)
	return err
}

// Of a named pipe the end is read when the last process that can write to it has gone.
func cancelsAllProcesses(ctx context.Context, t *trial) error {
	if !t.suite.scouted.shared {
		return notApplicable("the pool's machines do not see this machine's folders, so nothing shows which processes are left")
	}
	job := t.shell(`exec 3>"$1" && echo here >&3 && { (trap "" TERM; sleep 3600 & sleep 3600) & sleep 3600; }`)
	pipe := filepath.Join(t.suite.marks, job.GetToken())
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		return notApplicable("no named pipe can be made: %v", err)
	}
	if err := os.Chmod(pipe, 0o666); err != nil {
		return notApplicable("no named pipe can be made: %v", err)
	}
	job.Args = append(job.Args, pipe)
	processes, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return notApplicable("no named pipe can be read: %v", err)
	}
	defer processes.Close()
	ref, err := t.submit(ctx, job)
	if err != nil {
		return err
	}
	if err := t.running(ctx, ref); err != nil {
		return err
	}
	if err := awaitPipe(ctx, t, processes, false); err != nil {
		return notApplicable("tasks run, and what they write to a named pipe does not arrive: the pool runs on another machine")
	}
	if _, err := t.cancelled(ctx, ref); err != nil {
		return err
	}
	if err := awaitPipe(ctx, t, processes, true); err != nil {
		return saw("the job is told as cancelled, and after a patience of %v processes of it are still there", t.suite.o.Patience)
	}
	return nil
}

// awaitPipe reads until something comes, or until the last writer has gone.
func awaitPipe(ctx context.Context, t *trial, pipe *os.File, end bool) error {
	limit := time.Now().Add(t.suite.o.Patience)
	var b [64]byte
	for {
		if err := pipe.SetReadDeadline(limit); err != nil {
			return err
		}
		n, err := pipe.Read(b[:])
		switch {
		case n > 0 && !end, errors.Is(err, io.EOF) && end:
			return nil
		case err != nil && !errors.Is(err, io.EOF), time.Now().After(limit):
			return fmt.Errorf("in vain: %w", err)
		case errors.Is(err, io.EOF):
			// Nobody has opened it for writing yet.
			if err := sleep(ctx, shortestPause); err != nil {
				return err
			}
		}
	}
}

func cancelLeavesEnded(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell("exit 4"))
	if err != nil {
		return err
	}
	before, err := t.ended(ctx, ref)
	if err != nil {
		return err
	}
	if err := t.cancel(ctx, ref); err != nil {
		return saw("Cancel of a job that has ended: %s", said(err))
	}
	after, err := t.ended(ctx, ref)
	if err != nil {
		return err
	}
	if after[0].GetState() != before[0].GetState() || after[0].GetExit().GetCode() != before[0].GetExit().GetCode() {
		return saw("the job was %s, and after Cancel it is %s", before.show(), after.show())
	}
	return nil
}

func cancelsTwice(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	for range 3 {
		if err := t.cancel(ctx, ref, ref); err != nil {
			return saw("Cancel: %s", said(err))
		}
	}
	_, err = t.cancelled(ctx, ref)
	return err
}

func cancelsAmongUnknown(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	if err := t.cancel(ctx, t.stranger(), ref, t.stranger()); err != nil {
		return saw("Cancel of a job between two that nobody knows: %s", said(err))
	}
	now, err := t.ended(ctx, ref)
	if err == nil && !now.all(schedulerv1.State_STATE_CANCELLED) {
		return saw("after Cancel of it between two that nobody knows the job is %s", now.show())
	}
	return err
}

func cancelsNothing(ctx context.Context, t *trial) error {
	if err := t.cancel(ctx); err != nil {
		return saw("Cancel of no jobs: %s", said(err))
	}
	return nil
}

func cancelsOnlyNamed(ctx context.Context, t *trial) error {
	refs, err := t.together(ctx, []*schedulerv1.Job{t.long(), t.shell("exit 0")})
	if err != nil {
		return err
	}
	if _, err := t.cancelled(ctx, refs[0]); err != nil {
		return err
	}
	now, err := t.ended(ctx, refs[1])
	if err == nil && !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("another job came to %s", now.show())
	}
	return err
}

func cancelsByToken(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	if err := t.cancel(ctx, &schedulerv1.JobRef{Token: ref.GetToken(), Count: 1}); err != nil {
		return saw("Cancel by the token: %s", said(err))
	}
	now, err := t.ended(ctx, ref)
	if err == nil && !now.all(schedulerv1.State_STATE_CANCELLED) {
		return saw("after Cancel by the token the job is %s", now.show())
	}
	return err
}

func cancelsBeforeSubmission(ctx context.Context, t *trial) error {
	job := t.shell("exit 0")
	blank := refTo(job)
	if err := t.cancel(ctx, blank); err != nil {
		return saw("Cancel of a token that was never submitted: %s", said(err))
	}
	ref, err := t.submit(ctx, job)
	if kindOf(err) == fault.Conflict {
		return nil
	}
	if err != nil {
		return err
	}
	now, err := t.ended(ctx, ref)
	if err == nil && !now.all(schedulerv1.State_STATE_SUCCEEDED, schedulerv1.State_STATE_CANCELLED) {
		return saw("it was taken, and came to %s", now.show())
	}
	return err
}
