package main

import (
	"context"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Remove deletes the jobs' folders, and those of a workflow's nodes, once Query says that all their tasks have ended. What is kept of a job is a link by
// which it is never handed over again, and its line in the list of clusters.
func (d *driver) Remove(ctx context.Context, jobs []scheduler.Ref) error {
	if len(jobs) == 0 {
		return nil
	}
	open := make(map[string]string)
	err := d.Query(ctx, scheduler.Query{Jobs: jobs}, func(s scheduler.Status) error {
		if !s.State.Terminal() {
			open[s.Token] = string(s.State)
		}
		return nil
	})
	if err != nil {
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
	if len(refused) > 0 {
		return fault.Conflict.New("not removed, for they have not ended: %s", strings.Join(refused, ", "))
	}
	return nil
}
