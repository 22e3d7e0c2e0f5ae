package main

import (
	"context"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Submit hands the job over in one transaction of the schedd. The identifier of a job of one task is CLUSTER.PROC; of an array it is the number of its cluster, and
// task i is its process i.
//
// The script is idempotent: see scripts/submit.sh.
func (d *driver) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	var told scheduler.Submitted
	err := d.SubmitBatch(ctx, []scheduler.Job{job}, func(s scheduler.Submitted) error {
		told = s
		return nil
	})
	if err != nil {
		return "", err
	}
	return told.ID, told.Err
}

// SubmitBatch hands the jobs over by one call of the access point. Those that differ only in what their folders hold and in their names go as one transaction of
// the schedd, whatever their number.
func (d *driver) SubmitBatch(ctx context.Context, jobs []scheduler.Job, yield func(scheduler.Submitted) error) error {
	b := &batch{driver: d, jobs: make(map[string]scheduler.Job, len(jobs)), yield: yield}
	for _, job := range jobs {
		job = d.withDefaults(job)
		if err := d.refuse(job); err != nil {
			if err := yield(scheduler.Submitted{Token: job.Token, Err: err}); err != nil {
				return err
			}
			continue
		}
		if _, twice := b.jobs[job.Token]; !twice {
			b.order = append(b.order, job.Token)
		}
		b.jobs[job.Token] = job
	}
	if len(b.order) == 0 {
		return nil
	}
	p, err := d.at(ctx)
	if err != nil {
		return err
	}
	b.place = p
	return b.run(ctx)
}

// gaveUp is what is told of a job whose hand-over did not come to an end.
func (b *batch) gaveUp(token string) error {
	if b.cut != nil {
		return b.cut
	}
	return fault.Unavailable.New("%s: nothing tells whether the job %s was taken: another submission of it may be under way", b.driver.point, token)
}
