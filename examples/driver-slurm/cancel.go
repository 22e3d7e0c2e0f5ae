package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Cancel ends jobs with all their tasks. The mark comes first: a submission that is under way sees it, and so does a later one of the token. What Slurm has is
// found by the token, and so never another job that a cluster set up anew has given the same number.
func (d *driver) Cancel(ctx context.Context, jobs []scheduler.Ref) error {
	for _, ref := range jobs {
		if err := d.mark(ctx, ref.Token, markCancelled); err != nil {
			return err
		}
	}
	all, err := d.parts(ctx, jobs)
	if err != nil {
		return err
	}
	parts := slices.Concat(all...)
	for _, p := range parts {
		if p.token == p.ref.Token {
			continue
		}
		if err := d.mark(ctx, p.token, markCancelled); err != nil {
			return err
		}
	}
	numbers, err := d.numbers(ctx, parts, func(e entry) bool { return !said(e, true).State.Terminal() })
	if err != nil || len(numbers) == 0 {
		return err
	}
	return d.scancel(ctx, numbers)
}

// mostNumbers is how many jobs one command names.
const mostNumbers = 1000

func (d *driver) scancel(ctx context.Context, numbers []string) error {
	for some := range slices.Chunk(numbers, mostNumbers) {
		_, err := d.slurm(ctx, "scancel", append([]string{"--quiet"}, some...)...)
		if err := unlessOver(err); err != nil {
			return err
		}
	}
	return nil
}

// numbers are Slurm's jobs of these parts of which some entry is wanted.
func (d *driver) numbers(ctx context.Context, parts []part, wanted func(entry) bool) (numbers []string, err error) {
	if len(parts) == 0 {
		return nil, nil
	}
	queue, err := d.queue(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		for _, e := range queue[p.token] {
			if wanted(e) && !slices.Contains(numbers, e.number) {
				numbers = append(numbers, e.number)
			}
		}
	}
	return numbers, nil
}

// over is what Slurm's commands say of jobs that have ended, begun or gone since they were looked at; "No error" is about the tasks of an array that were
// still there.
var over = []string{"already finished", "already completing or completed", "Invalid job id", "no longer pending", "No error", "already complete"}

// unlessOver is the error of a request, unless all that it says is that jobs are not there any more.
func unlessOver(err error) error {
	failed := (*commandError)(nil)
	if !errors.As(err, &failed) || fault.Of(err) != fault.Internal {
		return err
	}
	for line := range strings.Lines(failed.stderr) {
		if !slices.ContainsFunc(over, func(words string) bool { return strings.Contains(line, words) }) {
			if strings.Contains(failed.stderr, "denied") {
				return fault.Denied.New("%w", failed)
			}
			return fault.Unavailable.New("%w", failed)
		}
	}
	return nil
}
