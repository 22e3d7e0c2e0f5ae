package drivertest

import (
	"context"
	"fmt"
	"sync"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func submitChecks() []check {
	const token = "scheduler.Driver.Submit; scheduler.proto, rpc Submit"
	return group("submit", "", token,
		of("runs-a-job", "A trivial job is submitted, runs and succeeds within the time that the pool may take.", "",
			"See why the pool does not run it, or tell its states by Query. Every other check needs this one.", runsAJob),
		of("same-token-twice", "The same token a second time gives the same identifier and makes no second job.", "",
			"Tag the pool's job with the token, and look the token up before you submit.", sameTokenTwice),
		of("same-token-after-the-end", "The same token gives the same identifier also when its job has ended.", "",
			"Look the token up among the jobs that have ended as well.", sameTokenAfterEnd),
		of("same-token-at-once", "Ten submissions of one token at the same time give one identifier and make one job.", "",
			"Let two submissions of one token wait for each other, at the pool and not only in your process.", sameTokenAtOnce),
		of("fifty-at-once", "Fifty different tokens submitted at the same time become fifty jobs, each with an identifier of its own.", "",
			"Let submissions not share state; limit how many go to the pool at once if it cannot take them.", fiftyAtOnce),
		of("gives-an-identifier", "The identifier is 1 to 512 bytes long, and no other job has it.", "scheduler.ID; scheduler.proto, message SubmitResponse",
			"Give the pool's own identifier, or make one of it.", givesIdentifier),
		of("refuses-no-command", "A job without a command is refused as INVALID.", "scheduler.Job.Check; scheduler.proto, message Job",
			"Check the job before it goes to the pool; Go's SDK does.", refusesJob(func(j *schedulerv1.Job) { j.Command = "" })),
		of("refuses-no-token", "A job without a token is refused as INVALID.", "scheduler.Job.Check; scheduler.proto, message Job",
			"Check the job before it goes to the pool; Go's SDK does.", refusesJob(func(j *schedulerv1.Job) { j.Token = "" })),
		of("refuses-nul", "An argument with a NUL byte is refused as INVALID: no program can be given one.", "scheduler.Job.Check; scheduler.Driver.Submit",
			"Refuse what cannot be carried to the task exactly.", refusesJob(func(j *schedulerv1.Job) { j.Args = append(j.Args, "a\x00b") })),
		of("refuses-a-hostile-input", "An input whose name leads out of the task's directory is refused as INVALID.", "scheduler.Job.Check; scheduler.proto, message Input",
			"Refuse absolute names and names with \"..\" before you touch a file.", refusesHostileInputs),
		of("refuses-a-hostile-output", "An output whose name leads out of the task's directory is refused as INVALID.", "scheduler.Job.Check; scheduler.proto, message Job",
			"Refuse absolute names and names with \"..\".", refusesHostileOutputs),
		of("refuses-a-bad-array", "An array of no tasks, or with arguments for another number of tasks, is refused as INVALID.", "scheduler.Job.Check; scheduler.proto, message Array",
			"Check the array before it goes to the pool; Go's SDK does.", refusesBadArrays),
		of("refused-leaves-nothing", "A job that was refused is not at the pool.", "",
			"Refuse before anything is handed over.", refusedLeavesNothing),
	)
}

func runsAJob(ctx context.Context, t *trial) error {
	return t.suite.scouted.problem
}

// once tells what is wrong where each of these jobs should have run exactly once.
func (t *trial) once(ctx context.Context, s *subject, refs ...*schedulerv1.JobRef) error {
	all, err := s.untilEach(ctx, refs, "at an end", tasks.ended)
	if err != nil {
		return err
	}
	for i, now := range all {
		if !now.all(schedulerv1.State_STATE_SUCCEEDED) {
			return saw("a job came to %s; it should have succeeded", now.show())
		}
		if times, known := t.ran(refs[i].GetToken()); known && times != 1 {
			return saw("it ran %d times and should have run once", times)
		}
	}
	return nil
}

func sameTokenTwice(ctx context.Context, t *trial) error {
	job := t.marking("exit 0")
	one, err := t.submit(ctx, job)
	if err != nil {
		return err
	}
	two, err := t.submit(ctx, job)
	if err != nil {
		return fmt.Errorf("the second time: %w", err)
	}
	if one.GetId() != two.GetId() {
		return saw("the second Submit gave identifier %q, the first %q", two.GetId(), one.GetId())
	}
	return t.once(ctx, t.subject, one)
}

func sameTokenAfterEnd(ctx context.Context, t *trial) error {
	job := t.marking("exit 0")
	one, err := t.submit(ctx, job)
	if err != nil {
		return err
	}
	if err := t.once(ctx, t.subject, one); err != nil {
		return err
	}
	two, err := t.submit(ctx, job)
	if err != nil {
		return fmt.Errorf("after the job's end: %w", err)
	}
	if one.GetId() != two.GetId() {
		return saw("Submit after the job's end gave identifier %q, before %q", two.GetId(), one.GetId())
	}
	return t.once(ctx, t.subject, two)
}

// together submits jobs at the same time.
func (t *trial) together(ctx context.Context, jobs []*schedulerv1.Job) ([]*schedulerv1.JobRef, error) {
	refs, errs := make([]*schedulerv1.JobRef, len(jobs)), make([]error, len(jobs))
	var all sync.WaitGroup
	for i, job := range jobs {
		all.Go(func() { refs[i], errs[i] = t.submit(ctx, job) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return refs, err
		}
	}
	return refs, nil
}

func sameTokenAtOnce(ctx context.Context, t *trial) error {
	job := t.marking("exit 0")
	jobs := make([]*schedulerv1.Job, 10)
	for i := range jobs {
		jobs[i] = job
	}
	refs, err := t.together(ctx, jobs)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if ref.GetId() != refs[0].GetId() {
			return saw("one of them gave identifier %q, another %q", ref.GetId(), refs[0].GetId())
		}
	}
	return t.once(ctx, t.subject, refs[0])
}

func fiftyAtOnce(ctx context.Context, t *trial) error {
	jobs := make([]*schedulerv1.Job, 50)
	for i := range jobs {
		jobs[i] = t.marking("exit 0")
	}
	refs, err := t.together(ctx, jobs)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, ref := range refs {
		if seen[ref.GetId()] {
			return saw("two of them have the identifier %q", ref.GetId())
		}
		seen[ref.GetId()] = true
	}
	return t.once(ctx, t.subject, refs...)
}

func givesIdentifier(ctx context.Context, t *trial) error {
	seen := map[string]bool{}
	for range 3 {
		ref, err := t.submit(ctx, t.shell("exit 0"))
		switch id := ref.GetId(); {
		case err != nil:
			return err
		case id == "" || len(id) > 512:
			return saw("the identifier has %d bytes", len(id))
		case seen[id]:
			return saw("two jobs have the identifier %q", id)
		}
		seen[ref.GetId()] = true
	}
	return nil
}

// refuses tells what is wrong where a job should be refused.
func (t *trial) refuses(ctx context.Context, what string, job *schedulerv1.Job) error {
	t.keep(refTo(job))
	_, err := t.subject.submit(ctx, job)
	if kindOf(err) != fault.Invalid {
		return saw("%s: Submit gave %s instead of %s", what, orNothing(err), fault.Invalid)
	}
	return nil
}

func refusesJob(change func(*schedulerv1.Job)) func(context.Context, *trial) error {
	return func(ctx context.Context, t *trial) error {
		job := t.shell("exit 0")
		change(job)
		return t.refuses(ctx, "such a job", job)
	}
}

// hostile are names that would lead out of a task's directory.
func hostile() []string {
	return []string{"../out", "/etc/passwd", "a/../../out", "..", ".", "", "a//b", "./a", "a/", "line\nbreak"}
}

func refusesHostileInputs(ctx context.Context, t *trial) error {
	for _, name := range hostile() {
		job := t.shell("exit 0")
		job.Inputs = []*schedulerv1.Input{describe(name, nil, 0o644)}
		if err := t.refuses(ctx, fmt.Sprintf("input %q", name), job); err != nil {
			return err
		}
	}
	return nil
}

func refusesHostileOutputs(ctx context.Context, t *trial) error {
	for _, name := range hostile() {
		job := t.shell("exit 0")
		job.Outputs = []string{name}
		if err := t.refuses(ctx, fmt.Sprintf("output %q", name), job); err != nil {
			return err
		}
	}
	return nil
}

func refusesBadArrays(ctx context.Context, t *trial) error {
	for what, job := range map[string]*schedulerv1.Job{
		"an array of 0 tasks":                     array(t.shell("exit 0"), 0),
		"an array of -1 tasks":                    array(t.shell("exit 0"), -1),
		"an array of 3 tasks with arguments of 2": array(t.shell("exit 0"), 3, []string{"a"}, []string{"b"}),
	} {
		if err := t.refuses(ctx, what, job); err != nil {
			return err
		}
	}
	return nil
}

func refusedLeavesNothing(ctx context.Context, t *trial) error {
	job := t.shell("exit 0", "a\x00b")
	if err := t.refuses(ctx, "an argument with a NUL byte", job); err != nil {
		return err
	}
	told, err := t.query(ctx, refTo(job))
	if err != nil {
		return saw("Query of a job that was refused: %s", said(err))
	}
	now, err := tasksOf(refTo(job), told)
	if err == nil && now[0] != nil && now[0].GetState() != schedulerv1.State_STATE_LOST {
		return saw("Query of a job that was refused tells %s", now.show())
	}
	return err
}
