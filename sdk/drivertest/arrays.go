package drivertest

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

func arrayChecks() []check {
	return group("arrays", "", "scheduler.Array; scheduler.proto, message Array",
		of("numbers-tasks", "Task i of an array finds i in OCEANID_TASK_INDEX and the number of tasks in OCEANID_TASK_COUNT, and is told as task i.", "",
			"Set both variables for each task, from 0, and number the statuses alike.", numbersTasks),
		of("given-indices", "Where an array has indices, task i finds indices[i] in OCEANID_TASK_INDEX, and is told as task i all the same.", "scheduler.Job.TaskIndex; scheduler.proto, message Array, indices",
			"Set the variable to the task's index, and number the statuses from 0.", givenIndices),
		of("adds-arguments", "Task i gets the job's own arguments and after them row i of the array's.", "scheduler.Job.TaskArgs; scheduler.proto, message Array, args",
			"Append the row to the job's arguments.", addsArguments),
		of("own-directory", "Each task begins in an empty working directory of its own.", "scheduler.Job; scheduler.proto, message Job",
			"Make a folder for each task.", ownDirectories),
		of("tells-apart", "Tasks that end differently are told differently.", "scheduler.Status",
			"Tell each task's own end.", tellsApart),
		of("of-one", "An array of one task is task 0 of 1.", "", "Treat an array of one as an array.", arrayOfOne),
		of("none-is-task-0", "A job without an array is task 0 of 1 and finds its token in OCEANID_JOB_TOKEN.", "scheduler.EnvToken",
			"Set OCEANID_TASK_INDEX=0, OCEANID_TASK_COUNT=1 and OCEANID_JOB_TOKEN for it too.", noArray),
		of("fifty-tasks", "An array of fifty tasks comes to fifty ends.", "", "See which tasks are missing from Query.", fiftyTasks),
	)
}

// taskByTask compares the exit codes of an array's tasks with those wanted.
func (t *trial) taskByTask(ctx context.Context, job *schedulerv1.Job, want func(task int) int) error {
	now, err := t.run(ctx, job)
	if err != nil {
		return err
	}
	for i, s := range now {
		state := schedulerv1.State_STATE_SUCCEEDED
		if want(i) != 0 {
			state = schedulerv1.State_STATE_FAILED
		}
		if s.GetState() != state || int(s.GetExit().GetCode()) != want(i) {
			return saw("task %d should have ended with exit code %d and is told as %s", i, want(i), show(s))
		}
	}
	return nil
}

func numbersTasks(ctx context.Context, t *trial) error {
	return t.taskByTask(ctx, array(t.shell(`[ "$OCEANID_TASK_COUNT" = 4 ] || exit 99; exit $OCEANID_TASK_INDEX`), 4), func(i int) int { return i })
}

func givenIndices(ctx context.Context, t *trial) error {
	job := array(t.shell(`[ "$OCEANID_TASK_COUNT" = 3 ] || exit 99; exit $OCEANID_TASK_INDEX`), 3)
	job.Array.Indices = []int64{7, 0, 41}
	return t.taskByTask(ctx, job, func(i int) int { return int(job.GetArray().GetIndices()[i]) })
}

func addsArguments(ctx context.Context, t *trial) error {
	job := array(t.shell(`[ "$*" = "own row $OCEANID_TASK_INDEX" ] && [ $# = 3 ]`, "own"), 3, []string{"row", "0"}, []string{"row", "1"}, []string{"row", "2"})
	return t.succeeds(ctx, job)
}

func ownDirectories(ctx context.Context, t *trial) error {
	now, err := t.run(ctx, array(t.shell(`set -C; echo mine > conformance-mark || exit 9; [ "$(cat conformance-mark)" = mine ]`), 4))
	if err == nil && !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("tasks that each make a file \"conformance-mark\", which must not be there yet, came to %s", now.show())
	}
	return err
}

func tellsApart(ctx context.Context, t *trial) error {
	script := `case $OCEANID_TASK_INDEX in 1) exit 7;; 3) exit 8;; esac; exit 0`
	return t.taskByTask(ctx, array(t.shell(script), 5), func(i int) int { return map[int]int{1: 7, 3: 8}[i] })
}

func arrayOfOne(ctx context.Context, t *trial) error {
	return t.succeeds(ctx, array(t.shell(`[ "$OCEANID_TASK_INDEX/$OCEANID_TASK_COUNT" = 0/1 ]`), 1))
}

func noArray(ctx context.Context, t *trial) error {
	job := t.shell(`[ "$OCEANID_TASK_INDEX/$OCEANID_TASK_COUNT" = 0/1 ] || exit 1; [ "$OCEANID_JOB_TOKEN" = "$1" ] || exit 2`)
	job.Args = append(job.Args, job.GetToken())
	now, err := t.run(ctx, job)
	if err != nil {
		return err
	}
	if !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		what := map[int32]string{1: "OCEANID_TASK_INDEX and OCEANID_TASK_COUNT are not 0 and 1", 2: "OCEANID_JOB_TOKEN is not the token"}[now[0].GetExit().GetCode()]
		return saw("the job came to %s: %s", now.show(), what)
	}
	return nil
}

func fiftyTasks(ctx context.Context, t *trial) error {
	now, err := t.run(ctx, array(t.shell("exit 0"), 50))
	if err == nil && !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("fifty tasks came to %s", now.show())
	}
	return err
}
