package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize/english"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/internal/config"
)

// checkAll looks at all jobs before the first one is submitted, and tells what is wrong with each.
func checkAll(ctx context.Context, h *host.Host, all []config.Wanted) error {
	var wrong []error
	for _, w := range all {
		s, err := h.GetScheduler(ctx, w.Scheduler)
		switch {
		case err != nil:
			err = w.Refused("scheduler", err)
		case w.Workflow != nil:
			err = w.Refused("", s.CheckWorkflow(ctx, *w.Workflow))
		default:
			err = w.Refused("", s.Check(ctx, w.Job))
		}
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// submitAll submits several, one after the other up to one that is refused, and prints each as soon as it is kept.
func (a *app) submitAll(ctx context.Context, h *host.Host, s submission, all []config.Wanted) (jobs []*host.Job, err error) {
	jobs = []*host.Job{}
	for _, w := range all {
		if sig := interrupted(ctx); sig != nil {
			err = sig
			break
		}
		job, failed := wish(ctx, h, w)
		if failed != nil {
			err = failed
			break
		}
		jobs = append(jobs, job)
		var printing error
		switch {
		case a.format == asTable:
			_, printing = fmt.Fprintf(a.out, "%s  %s\n", job.ID, clean(w.Name))
		case s.wait:
			printing = a.line(job)
		}
		if !s.wait {
			a.kept(job)
		}
		if printing != nil {
			err = printing
			break
		}
	}
	left := []string{}
	for _, w := range all[len(jobs):] {
		left = append(left, w.Name)
	}
	if len(jobs) > 0 && len(left) > 0 {
		err = errors.Join(err, newHalfway(s, all, jobs))
	}
	if a.format == asJSON && !s.wait {
		err = errors.Join(err, a.document(struct {
			Jobs         []*host.Job `json:"jobs"`
			NotSubmitted []string    `json:"not_submitted"`
		}{jobs, left}))
	}
	return jobs, err
}

// halfway is that some jobs of a file were submitted and others were not: whoever submits the file again has those of the first time twice.
type halfway struct {
	done, left []string
	all        int
	again      string
	// keyed: those that were submitted have keys.
	keyed bool
}

func newHalfway(s submission, all []config.Wanted, jobs []*host.Job) *halfway {
	p := &halfway{all: len(all), keyed: true, again: "oceanid jobs submit -f " + word(s.file)}
	if s.scheduler != "" {
		p.again += " --scheduler " + word(s.scheduler)
	}
	for i, w := range all {
		if i < len(jobs) {
			p.done = append(p.done, w.Name+" "+jobs[i].ID)
			p.keyed = p.keyed && jobs[i].Key != ""
			continue
		}
		p.left = append(p.left, w.Name)
		p.again += " " + word(w.Name)
	}
	return p
}

func (p *halfway) Error() string {
	be := func(n int) string { return map[bool]string{true: "was", false: "were"}[n == 1] }
	then := "all of the file again would run twice those that have no key"
	if p.keyed {
		then = "all of the file again doubles nothing either: those have keys"
	}
	return fmt.Sprintf("%d of %d %s submitted: %s; %s %s not; submit the rest with: %s (%s)",
		len(p.done), p.all, be(len(p.done)), strings.Join(p.done, ", "), english.WordSeries(p.left, "and"), be(len(p.left)), p.again, then)
}

func (p *halfway) code() int { return exitHalfway }
