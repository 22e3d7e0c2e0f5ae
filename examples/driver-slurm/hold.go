package main

import (
	"context"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Hold keeps the tasks that have not begun from running.
func (d *driver) Hold(ctx context.Context, jobs []scheduler.Ref) error {
	return d.control(ctx, "hold", jobs, func(e entry) bool { return e.state == "PENDING" && !held(e) })
}

// Release lets held tasks wait for their turn again. What an administrator has held only an administrator can release: that is fault.Denied.
func (d *driver) Release(ctx context.Context, jobs []scheduler.Ref) error {
	return d.control(ctx, "release", jobs, held)
}

func held(e entry) bool { return said(e, false).State == scheduler.Held }

func (d *driver) control(ctx context.Context, verb string, jobs []scheduler.Ref, wanted func(entry) bool) error {
	all, err := d.parts(ctx, jobs)
	if err != nil {
		return err
	}
	numbers, err := d.numbers(ctx, slices.Concat(all...), wanted)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(numbers, mostNumbers) {
		_, err := d.slurm(ctx, "scontrol", verb, strings.Join(some, ","))
		if err := unlessOver(err); err != nil {
			return err
		}
	}
	return nil
}
