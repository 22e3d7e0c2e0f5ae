package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// follow shows the job as it goes, and returns when it has succeeded; or why it did not.
func follow(ctx context.Context, job *host.Job, screen *screen) error {
	began := time.Now()
	last := host.Event{State: job.State, Reason: job.Reason, Counts: job.Counts}
	screen.live(func() string {
		line := progress(job, last, screen.paint)
		if screen.terminal {
			line = job.Name + "  " + bar(job, last, screen.paint) + "  " + line + "  " + screen.paint(faint, fmt.Sprintf("%.1f s", time.Since(began).Seconds()))
		}
		return line
	})
	for event, err := range job.Watch(ctx) {
		if err != nil {
			screen.still()
			return err
		}
		screen.change(func() { last = event })
	}
	screen.still()
	if last.State != scheduler.Succeeded {
		return explain(ctx, job, last)
	}
	return nil
}

// progress says how many tasks are in which state.
func progress(job *host.Job, now host.Event, paint func(style, string) string) string {
	var words []string
	for _, s := range scheduler.States() {
		if n := now.Counts[s]; n > 0 {
			words = append(words, paint(styleOf(s), fmt.Sprintf("%d %s", n, s)))
		}
	}
	line := fmt.Sprintf("%d tasks: %s", job.Tasks, strings.Join(words, ", "))
	if now.Reason != "" && !now.State.Terminal() {
		line += " (" + clean(now.Reason) + ")"
	}
	return line
}

// bar draws how many tasks have ended, those that failed at its end.
func bar(job *host.Job, now host.Event, paint func(style, string) string) string {
	const width = 24
	well, ill := 0, 0
	for s, n := range now.Counts {
		if s == scheduler.Succeeded {
			well += n
		} else if s.Terminal() {
			ill += n
		}
	}
	full, all := width*well/job.Tasks, width*(well+ill)/job.Tasks
	return paint(styleOf(scheduler.Succeeded), strings.Repeat("━", full)) + paint(styleOf(scheduler.Failed), strings.Repeat("━", all-full)) +
		paint(faint, strings.Repeat("─", width-all))
}

// explain is what the pool says of a job that did not succeed, and what its first task that failed wrote to its standard error.
func explain(ctx context.Context, job *host.Job, end host.Event) error {
	why := fmt.Errorf("job %s has %s: %s", job.ID, end.State, end.Reason)
	tasks, err := job.ListTasks(ctx, 0, job.Tasks)
	if err != nil {
		return why
	}
	for _, t := range tasks {
		if t.State != scheduler.Failed {
			continue
		}
		var said strings.Builder
		if job.Logs(ctx, scheduler.LogOptions{Task: t.Index, Stream: scheduler.Stderr}, &said) == nil && said.Len() > 0 {
			return fmt.Errorf("%w\n  task %d wrote: %s", why, t.Index, strings.TrimSpace(said.String()))
		}
		return fmt.Errorf("%w\n  task %d: %s", why, t.Index, t.Reason)
	}
	return why
}
