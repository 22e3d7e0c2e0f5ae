package drivertest

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

func queryChecks() []check {
	return group("query", "", "scheduler.Driver.Query; scheduler.proto, rpc Query",
		of("tells-every-task", "Query tells the state of every task of a job, each once, with the job's identifier and token.",
			"scheduler.Status; scheduler.proto, message Status",
			"Tell each task once, alone or in a run of neighbours; copy token and identifier into every status.", tellsEveryTask),
		of("tells-many-jobs", "One Query tells of all the jobs that it names.", "",
			"Go through all the jobs of the request, and ask the pool about them in one go.", tellsManyJobs),
		of("tells-only-what-was-asked", "Query tells of no job that it was not asked about.", "",
			"Pick the named jobs out of what the pool answers.", tellsOnlyWhatWasAsked),
		of("takes-no-jobs", "Query of no jobs is answered with nothing, and is no error.", "",
			"End the stream at once.", takesNoJobs),
		of("goes-by-the-token", "A job without an identifier in the request is found by its token.", "scheduler.Ref; scheduler.proto, message JobRef",
			"Look the token up at the pool where the identifier is empty: the host does not know then whether Submit came through.", goesByTheToken),
		of("unknown-is-lost", "A job that the pool does not know is LOST, with a reason, or nothing is told of it: it never succeeded, failed or was cancelled.", "",
			"Tell STATE_LOST for what the pool does not know; never guess how it ended.", unknownIsLost),
		of("unknown-spoils-nothing", "A job that nobody knows does not keep Query from telling of the others.", "",
			"Treat each job on its own: an unknown one is no error of the call.", unknownSpoilsNothing),
		of("keeps-to-pages", "No message of Query holds more than 500 statuses.", "",
			"Send a page whenever it holds 500.", keepsToPages),
	)
}

func tellsEveryTask(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, array(t.shell("exit 0"), 5))
	if err != nil {
		return err
	}
	if _, err := t.until(ctx, ref, "told of with every task", func(now tasks) bool { return now.all(anyState()...) }); err != nil {
		return err
	}
	told, err := t.query(ctx, ref)
	if err != nil {
		return saw("Query: %s", said(err))
	}
	for _, s := range told {
		if s.GetToken() == ref.GetToken() && s.GetId() != ref.GetId() {
			return saw("the job %q is told as %q", ref.GetId(), s.GetId())
		}
	}
	return nil
}

// anyState are the states that a driver may tell.
func anyState() []schedulerv1.State {
	return append(ends(), schedulerv1.State_STATE_QUEUED, schedulerv1.State_STATE_RUNNING, schedulerv1.State_STATE_HELD, schedulerv1.State_STATE_SUSPENDED)
}

func tellsManyJobs(ctx context.Context, t *trial) error {
	jobs := make([]*schedulerv1.Job, 20)
	for i := range jobs {
		jobs[i] = t.shell(fmt.Sprintf("exit %d", i))
	}
	refs, err := t.together(ctx, jobs)
	if err != nil {
		return err
	}
	all, err := t.untilEach(ctx, refs, "at an end", tasks.ended)
	if err != nil {
		return err
	}
	for i, now := range all {
		if int(now[0].GetExit().GetCode()) != i {
			return saw("the job that ends with exit code %d is told as %s", i, now.show())
		}
	}
	return nil
}

func tellsOnlyWhatWasAsked(ctx context.Context, t *trial) error {
	refs, err := t.together(ctx, []*schedulerv1.Job{t.shell("exit 0"), t.shell("exit 0")})
	if err != nil {
		return err
	}
	told, err := t.query(ctx, refs[0])
	if err != nil {
		return saw("Query: %s", said(err))
	}
	for _, s := range told {
		if s.GetToken() != refs[0].GetToken() {
			return saw("asked about token %q, it tells of %q", refs[0].GetToken(), s.GetToken())
		}
	}
	return nil
}

func takesNoJobs(ctx context.Context, t *trial) error {
	told, err := t.query(ctx)
	if err != nil {
		return saw("Query: %s", said(err))
	}
	if len(told) > 0 {
		return saw("it tells %s", show(told[0]))
	}
	return nil
}

func goesByTheToken(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell("exit 5"))
	if err != nil {
		return err
	}
	blank := &schedulerv1.JobRef{Token: ref.GetToken(), Count: 1}
	now, err := t.until(ctx, blank, "at an end when asked about by its token", tasks.ended)
	if err != nil {
		return err
	}
	if now[0].GetExit().GetCode() != 5 {
		return saw("the job ended with exit code 5, and asked about by its token it is %s", now.show())
	}
	return nil
}

// stranger is a job that nobody knows.
func (t *trial) stranger() *schedulerv1.JobRef {
	token := t.suite.token()
	return &schedulerv1.JobRef{Id: "no-such-job-" + token, Token: token, Count: 1}
}

func lostOrNothing(told []*schedulerv1.Status, ref *schedulerv1.JobRef) error {
	for _, s := range told {
		if s.GetToken() != ref.GetToken() {
			continue
		}
		if s.GetState() != schedulerv1.State_STATE_LOST {
			return saw("a job that nobody has submitted is told as %s", show(s))
		}
		if s.GetReason() == "" {
			return saw("a job that nobody has submitted is told as lost without a reason")
		}
	}
	return nil
}

func unknownIsLost(ctx context.Context, t *trial) error {
	known, blank := t.stranger(), t.stranger()
	blank.Id = ""
	told, err := t.query(ctx, known, blank)
	if err != nil {
		return saw("Query of jobs that nobody knows: %s", said(err))
	}
	if err := lostOrNothing(told, known); err != nil {
		return err
	}
	return lostOrNothing(told, blank)
}

func unknownSpoilsNothing(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return err
	}
	if _, err := t.ended(ctx, ref); err != nil {
		return err
	}
	told, err := t.query(ctx, t.stranger(), ref, t.stranger())
	if err != nil {
		return saw("Query: %s", said(err))
	}
	now, err := tasksOf(ref, told)
	if err != nil {
		return err
	}
	if !now.ended() {
		return saw("asked about together with jobs that nobody knows, a job that has ended is told as %s", now.show())
	}
	return nil
}

func keepsToPages(ctx context.Context, t *trial) error {
	// What nobody knows need not be told of; what has just been submitted must be.
	job, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return err
	}
	if _, err := t.ended(ctx, job); err != nil {
		return err
	}
	refs := make([]*schedulerv1.JobRef, 1201)
	for i := range refs {
		refs[i] = t.stranger()
	}
	refs[len(refs)/2] = job
	ctx, cancel := t.suite.patient(ctx)
	defer cancel()
	stream, err := t.scheduler().Query(ctx, &schedulerv1.QueryRequest{Instance: t.instance, Jobs: refs})
	if err != nil {
		return saw("Query: %s", said(err))
	}
	for told := false; ; {
		page, err := stream.Recv()
		if err == io.EOF && !told {
			return saw("of %d jobs nothing was told of the one that there is", len(refs))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return saw("Query of %d jobs: %s", len(refs), said(err))
		}
		told = told || slices.ContainsFunc(page.GetStatuses(), func(s *schedulerv1.Status) bool { return s.GetToken() == job.GetToken() })
		if n := len(page.GetStatuses()); n > 500 {
			return saw("one message holds %d statuses", n)
		}
	}
}
