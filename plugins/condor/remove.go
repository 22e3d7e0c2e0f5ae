package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Remove deletes the jobs' folders, and those of a workflow's nodes, once all their tasks have ended. What is kept of a job is a link by which it is never
// handed over again, and its line in the list of clusters.
func (d *driver) Remove(ctx context.Context, jobs []scheduler.Ref) error {
	if len(jobs) == 0 {
		return nil
	}
	// Of what somebody is handing over just now nothing is told.
	open := make(map[string]string)
	for _, ref := range jobs {
		open[ref.Token] = "being handed over"
	}
	note := func(s scheduler.Status) error {
		if !s.State.Terminal() {
			open[s.Token] = string(s.State)
		} else if open[s.Token] == "being handed over" {
			delete(open, s.Token)
		}
		return nil
	}
	single, workflows, err := d.sorted(ctx, jobs)
	if err != nil {
		return err
	}
	// Whatever is not in the queue has ended. How it has is not asked: the history takes long to read, and is longer from job to job.
	if err := d.inquire(ctx, single, note, d.askQueue); err != nil {
		return err
	}
	if err := d.Query(ctx, scheduler.Query{Jobs: workflows}, note); err != nil {
		return err
	}
	var tokens, refused []string
	for _, ref := range jobs {
		if state, there := open[ref.Token]; there {
			refused = append(refused, ref.Token+" ("+state+")")
		} else if !slices.Contains(tokens, ref.Token) {
			tokens = append(tokens, ref.Token)
		}
	}
	ended := slices.DeleteFunc(slices.Clone(jobs), func(ref scheduler.Ref) bool { return !slices.Contains(tokens, ref.Token) })
	if err := d.removeNodes(ctx, ended); err != nil {
		return err
	}
	for some := range slices.Chunk(tokens, mostNamed) {
		answer, err := d.ask(ctx, script{name: "remove jobs", file: "remove", call: words(append([]string{"remove_jobs"}, some...)...)})
		if err != nil {
			return err
		}
		refused = append(refused, strings.Fields(answer["busy"])...)
	}
	d.sweep(ctx)
	if len(refused) > 0 {
		return fault.Conflict.New("not removed, for they have not ended: %s", strings.Join(refused, ", "))
	}
	return nil
}

// sweep deletes what attempts have left that were killed before they named a job, so that no job's removal does: once an hour.
func (d *driver) sweep(ctx context.Context) {
	d.mu.Lock()
	due := time.Since(d.swept) > time.Hour
	d.swept = time.Now()
	d.mu.Unlock()
	if !due {
		return
	}
	answer, err := d.ask(ctx, script{name: "look for what killed attempts have left", file: "remove", call: "sweep_attempts"})
	if err != nil {
		d.log.Warn("what killed attempts have left could not be looked for", "error", err)
	} else if swept := strings.Fields(answer["swept"]); len(swept) > 0 {
		d.log.Info("attempts that were killed have left something, which is deleted", "attempts", swept)
	}
}
