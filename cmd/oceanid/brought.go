package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/oceanid/oceanid/host"
)

// unbrought is the error of waiting for a job whose results could not be brought to where they were wanted.
type unbrought struct{ id, reason string }

func (u *unbrought) Error() string {
	return fmt.Sprintf("the results of job %s were not brought: %s; what is at the pool: oceanid jobs download %s", u.id, u.reason, u.id)
}

func (u *unbrought) code() int { return exitResults }

// lookPace is how often it is looked how the bringing of results stands, of which there are no events: it is a step after the job's end.
const lookPace = 200 * time.Millisecond

// brought waits until the results of a job that has ended are here, or have failed for good, and shows on to how that goes (nil: nowhere). It gives the job as
// it stands then, beside an *unbrought error if results were wanted and are not here.
func (a *app) brought(ctx context.Context, job *host.Job, to io.Writer) (*host.Job, error) {
	if underWay(job.Results) {
		shown := a.resultsView(to, job)
		defer shown.close()
		look := time.NewTicker(lookPace)
		defer look.Stop()
		for shown.show(job.Results); underWay(job.Results); shown.show(job.Results) {
			select {
			case <-look.C:
			case <-ctx.Done():
			}
			now, err := job.Get(ctx)
			if sig := interrupted(ctx); sig != nil {
				return job, &leaving{sig, job.ID, "its results are brought by whoever follows it"}
			}
			if err != nil {
				return job, err
			}
			job = now
		}
	}
	if job.Results.State == "failed" {
		return job, &unbrought{job.ID, job.Results.Reason}
	}
	return job, nil
}

// withResults goes on from the end of a job to that of its results, and joins to what became of the one what became of the other.
func (a *app) withResults(ctx context.Context, end *host.Job, outcome error, to io.Writer) (*host.Job, error) {
	if a.format == asJSON {
		to = nil
	}
	end, err := a.brought(ctx, end, to)
	if left := (*leaving)(nil); outcome == nil || errors.As(err, &left) {
		return end, err
	}
	if err == nil {
		return end, outcome
	}
	return end, errors.Join(outcome, err)
}

func underWay(r host.Results) bool { return r.State == "waiting" || r.State == "fetching" }

// resultsView shows how the bringing of results goes: in one line that moves, on a terminal, else on a line for each change.
type resultsView struct {
	show  func(host.Results)
	close func()
}

func (a *app) resultsView(to io.Writer, job *host.Job) resultsView {
	if to == nil {
		return resultsView{func(host.Results) {}, func() {}}
	}
	words := func(r host.Results) string { return clean("results " + a.resultsWords(r)) }
	if f, ok := terminal(to); ok {
		last := job.Results
		line := newLiveLine(f, func() string { return clean(job.Name) + "  " + words(last) })
		return resultsView{func(r host.Results) { line.change(func() { last = r }) }, line.close}
	}
	told := ""
	return resultsView{func(r host.Results) {
		if news := words(r); news != told {
			told = news
			fmt.Fprintln(to, time.Now().In(a.now().Location()).Format(time.DateTime), news)
		}
	}, func() {}}
}
