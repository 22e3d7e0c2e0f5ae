package drivertest

import (
	"context"
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func stateChecks() []check {
	return group("states", "", "scheduler.Status and scheduler.State; scheduler.proto, messages Status and Exit",
		of("exit-zero-succeeds", "A task that exits with 0 has SUCCEEDED, and its exit code is told.", "", "Tell the exit with code 0.", exits("exit 0", schedulerv1.State_STATE_SUCCEEDED, 0, 0)),
		of("exit-one-fails", "A task that exits with 1 has FAILED with exit code 1 and a reason.", "", "Tell the exit code as the task gave it.", exits("exit 1", schedulerv1.State_STATE_FAILED, 1, 0)),
		of("exit-255-fails", "A task that exits with 255 has FAILED with exit code 255 and a reason.", "", "Tell the exit code as the task gave it, unsigned.", exits("exit 255", schedulerv1.State_STATE_FAILED, 255, 0)),
		of("killed-by-9", "A task that is killed by signal 9 has FAILED with signal 9 and a reason.", "", "Tell the signal, not 128 and its number as an exit code.", exits("kill -9 $$", schedulerv1.State_STATE_FAILED, 0, 9)),
		of("killed-by-15", "A task that is killed by signal 15 without Cancel has FAILED with signal 15 and a reason.", "", "Tell the signal; only Cancel makes CANCELLED.", exits("kill -15 $$", schedulerv1.State_STATE_FAILED, 0, 15)),
		of("command-not-found", "A job whose command there is not has FAILED with a reason, or is refused as INVALID.", "scheduler.Status, Reason",
			"Tell in the reason that the command was not found.", commandNotFound),
		of("run-time-limit", "A task that runs longer than its run_time is ended and has FAILED with a reason.", "scheduler.Resources, RunTime; scheduler.proto, message Resources",
			"Give the limit to the pool, or end the task yourself; refuse as INVALID what you cannot limit.", runTimeLimit),
		of("never-backwards", "What is told of a job never goes backwards: it waits, it runs, it ends; and only the end tells an exit.", "",
			"Do not tell an older state once a newer one was told; tell an exit only of what has ended.", neverBackwards),
		of("end-is-final", "A terminal state never changes again.", "scheduler.State.Terminal", "Keep the end that you told first.", endIsFinal),
		of("running-is-not-ended", "A task that runs is never told as ended.", "", "Tell an end only when the pool says that the task has ended.", runningIsNotEnded),
		of("known-causes", "A cause, where one is told, is one of those that the protocol has.", "scheduler.Cause; scheduler.proto, enum Cause",
			"Tell one of them or none; the pool's own word belongs into native.", knownCauses),
		of("gives-sane-times", "The time of a state, where it is told, lies within a day of now.", "scheduler.Status, Time", "Tell the time in UTC by the pool's clock, or leave it out.", saneTimes),
	)
}

// exits is the check of one end.
func exits(script string, state schedulerv1.State, code, signal int32) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		now, err := t.run(ctx, t.shell(script))
		if err != nil {
			return err
		}
		s := now[0]
		switch {
		case s.GetState() != state || s.GetExit().GetCode() != code || s.GetExit().GetSignal() != signal:
			return saw("a task that does `%s` came to %s", script, now.show())
		case s.GetExit() == nil:
			return saw("a task that does `%s` came to %s, and no exit is told", script, now.show())
		case state == schedulerv1.State_STATE_FAILED && s.GetReason() == "":
			return saw("a task that does `%s` has failed without a reason", script)
		}
		return nil
	}
}

func commandNotFound(ctx context.Context, t *trial) error {
	now, err := t.run(ctx, &schedulerv1.Job{Token: t.suite.token(), Name: "conformance", Command: "/no/such/program"})
	if kindOf(err) == fault.Invalid {
		return nil
	}
	if err == nil && (!now.all(schedulerv1.State_STATE_FAILED) || now[0].GetReason() == "") {
		return saw("a job of the command /no/such/program came to %s", now.show())
	}
	return err
}

func runTimeLimit(ctx context.Context, t *trial) error {
	job := t.long()
	job.Resources = &schedulerv1.Resources{RunTime: durationpb.New(time.Second)}
	ref, err := t.submit(ctx, job)
	if kindOf(err) == fault.Invalid {
		return notApplicable("the driver refuses such a limit: %v", err)
	}
	if err != nil {
		return err
	}
	// Pools look at such limits seldom.
	var now tasks
	for range 3 {
		if now, err = t.ended(ctx, ref); err == nil {
			break
		}
	}
	if err == nil && (!now.all(schedulerv1.State_STATE_FAILED) || now[0].GetReason() == "") {
		return saw("a task that runs longer than its limit came to %s", now.show())
	}
	return err
}

// rank is how far a state is.
func rank(s schedulerv1.State) int {
	switch s {
	case schedulerv1.State_STATE_QUEUED, schedulerv1.State_STATE_HELD:
		return 0
	case schedulerv1.State_STATE_RUNNING, schedulerv1.State_STATE_SUSPENDED:
		return 1
	case schedulerv1.State_STATE_SUCCEEDED, schedulerv1.State_STATE_FAILED, schedulerv1.State_STATE_CANCELLED, schedulerv1.State_STATE_LOST:
		return 2
	}
	return -1
}

// goesOn tells what is wrong with one status after another of the same task.
func goesOn(before, after *schedulerv1.Status) error {
	switch {
	case rank(after.GetState()) < 0:
		return saw("state %s was told; a driver never tells that", after.GetState())
	case before != nil && rank(after.GetState()) < rank(before.GetState()):
		return saw("after %s came %s", show(before), show(after))
	case before != nil && rank(before.GetState()) == 2 && before.GetState() != after.GetState():
		return saw("after %s came %s", show(before), show(after))
	case after.GetExit() != nil && rank(after.GetState()) < 2:
		return saw("an exit was told before the end: %s", show(after))
	}
	return nil
}

// neverBackwards looks at a job that ends by itself, and at one that runs for as long as it takes to look at it often: on a slow machine the first may be seen to
// run only once.
func neverBackwards(ctx context.Context, t *trial) error {
	if err := t.goesForward(ctx, t.shell("sleep 1; exit 0"), 0); err != nil {
		return err
	}
	return t.goesForward(ctx, t.long(), looks)
}

// goesForward submits a job and looks at it so many times once it is told as running or ended; 0: until it ends.
func (t *trial) goesForward(ctx context.Context, job *schedulerv1.Job, times int) error {
	ref, err := t.submit(ctx, job)
	if err != nil {
		return err
	}
	var before *schedulerv1.Status
	var problem error
	// Each look has the whole patience, for nothing new is told of a job that goes on running.
	look := func(what string, enough func(tasks) bool) error {
		_, err := t.until(ctx, ref, what, func(now tasks) bool {
			if now[0] != nil {
				problem = goesOn(before, now[0])
				before = now[0]
			}
			return problem != nil || enough(now)
		})
		return errors.Join(problem, err)
	}
	if times == 0 {
		return look("at an end", tasks.ended)
	}
	if err := look("running or at an end", func(tasks) bool { return rank(before.GetState()) > 0 }); err != nil {
		return err
	}
	for range times {
		if err := look("told of", func(now tasks) bool { return now[0] != nil }); err != nil {
			return err
		}
		if err := sleep(ctx, shortestPause); err != nil {
			return err
		}
	}
	return nil
}

// looks is how often the suite asks once more where an answer must not change.
const looks = 8

func endIsFinal(ctx context.Context, t *trial) error {
	refs, err := t.together(ctx, []*schedulerv1.Job{t.shell("exit 0"), t.shell("exit 6"), t.shell("kill -9 $$")})
	if err != nil {
		return err
	}
	before, err := t.untilEach(ctx, refs, "at an end", tasks.ended)
	if err != nil {
		return err
	}
	for range looks {
		after, err := t.untilEach(ctx, refs, "told of", func(now tasks) bool { return now.all(anyState()...) })
		if err != nil {
			return err
		}
		for i := range refs {
			if show(before[i][0]) != show(after[i][0]) {
				return saw("a job that was %s is %s", before[i].show(), after[i].show())
			}
		}
		if err := sleep(ctx, shortestPause); err != nil {
			return err
		}
	}
	return nil
}

func runningIsNotEnded(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	if err := t.running(ctx, ref); err != nil {
		return err
	}
	for range looks {
		told, err := t.query(ctx, ref)
		if err != nil {
			return saw("Query: %s", said(err))
		}
		now, err := tasksOf(ref, told)
		if err != nil {
			return err
		}
		if now[0] != nil && terminal(now[0].GetState()) {
			return saw("a job that runs until it is cancelled is told as %s", now.show())
		}
		if err := sleep(ctx, shortestPause); err != nil {
			return err
		}
	}
	_, err = t.cancelled(ctx, ref)
	return err
}

func knownCauses(ctx context.Context, t *trial) error {
	long := t.long()
	refs, err := t.together(ctx, []*schedulerv1.Job{t.shell("exit 0"), t.shell("exit 1"), t.shell("kill -9 $$"), t.shell("exit 127"), long})
	if err != nil {
		return err
	}
	if err := t.cancel(ctx, refs[len(refs)-1]); err != nil {
		return saw("Cancel: %s", said(err))
	}
	if _, err := t.untilEach(ctx, refs, "at an end", tasks.ended); err != nil {
		return err
	}
	told, err := t.query(ctx, append(refs, t.stranger())...)
	if err != nil {
		return saw("Query: %s", said(err))
	}
	for _, s := range told {
		if _, known := schedulerv1.Cause_name[int32(s.GetCause())]; !known {
			return saw("cause %d was told of a job that is %s", s.GetCause(), show(s))
		}
	}
	return nil
}

func saneTimes(ctx context.Context, t *trial) error {
	now, err := t.run(ctx, t.shell("exit 0"))
	if err != nil {
		return err
	}
	told := now[0].GetTime()
	if told == nil {
		return nil
	}
	if off := time.Since(told.AsTime()); off > 24*time.Hour || off < -24*time.Hour {
		return saw("the job has just ended, and its end is told as %v", told.AsTime())
	}
	return nil
}
