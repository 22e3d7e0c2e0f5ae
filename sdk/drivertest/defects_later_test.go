package drivertest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func laterDefects() map[string]defect {
	return map[string]defect{
		"batches without looking":        {driver: func(d *poolDriver) scheduler.Driver { return &hasty{d} }},
		"stops a batch at a refusal":     {driver: func(d *poolDriver) scheduler.Driver { return d }, in: spoiled},
		"takes a token twice in a batch": {in: withoutTwins},
		"suspends only what runs":        {driver: func(d *poolDriver) scheduler.Driver { return &exacting{d} }},
		"removes only what is there":     {driver: func(d *poolDriver) scheduler.Driver { return &pedantic{d} }},
		"suspends nothing":               {driver: func(d *poolDriver) scheduler.Driver { return &tireless{d} }},
		"removes what runs":              {driver: func(d *poolDriver) scheduler.Driver { return &ruthless{d} }},
		"removes by the token's start":   {driver: func(d *poolDriver) scheduler.Driver { return &sweeping{d} }},
		"finds what was removed":         {driver: func(d *poolDriver) scheduler.Driver { return &deaf{d} }},
		"finds whatever the prefix":      {in: finding(func(r *schedulerv1.FindRequest) { r.Prefix = "" })},
		"finds whatever the time":        {in: finding(func(r *schedulerv1.FindRequest) { r.Since = nil })},
		"finds one task of each job":     {out: found(func(f *schedulerv1.Found) { f.GetRef().Count = 1 })},
		"adds the nodes up to something": {out: miscounted},
		"explains all alike": {out: func(_ string, m any) bool {
			if r, ok := m.(*schedulerv1.ExplainResponse); ok {
				r.Summary = "The task waits."
			}
			return true
		}},
		"hoards a running task's log": {driver: func(d *poolDriver) scheduler.Driver { return &hoarding{d} }},
		"tells of the first 500 jobs": {in: func(_ string, m any) {
			if r, ok := m.(*schedulerv1.QueryRequest); ok {
				r.Jobs = r.GetJobs()[:min(len(r.GetJobs()), 500)]
			}
		}},
	}
}

// spoiled lets every job of a batch be refused in which one is.
func spoiled(_ string, m any) {
	r, ok := m.(*schedulerv1.SubmitBatchRequest)
	if !ok {
		return
	}
	bad := false
	for _, job := range r.GetJobs() {
		for _, arg := range job.GetArgs() {
			bad = bad || arg == "a\x00b"
		}
	}
	for _, job := range r.GetJobs() {
		if bad {
			job.Command = ""
		}
	}
}

func finding(change func(*schedulerv1.FindRequest)) func(string, any) {
	return func(_ string, m any) {
		if r, ok := m.(*schedulerv1.FindRequest); ok {
			change(r)
		}
	}
}

func found(change func(*schedulerv1.Found)) func(string, any) bool {
	return func(_ string, m any) bool {
		if r, ok := m.(*schedulerv1.FindResponse); ok {
			change(r.GetFound())
		}
		return true
	}
}

func miscounted(_ string, m any) bool {
	if r, ok := m.(*schedulerv1.InspectResponse); ok {
		r.GetSum().Cpus++
	}
	return true
}

// hasty looks for no token of a batch.
type hasty struct{ *poolDriver }

func (d *hasty) SubmitBatch(ctx context.Context, jobs []scheduler.Job, yield func(scheduler.Submitted) error) error {
	for _, job := range jobs {
		id, err := (&blind{d.poolDriver}).Submit(ctx, job)
		if err := yield(scheduler.Submitted{Token: job.Token, ID: id, Err: err}); err != nil {
			return err
		}
	}
	return nil
}

// withoutTwins keeps one job of each token.
func withoutTwins(_ string, m any) {
	if r, ok := m.(*schedulerv1.SubmitBatchRequest); ok {
		seen := map[string]bool{}
		r.Jobs = slices.DeleteFunc(r.GetJobs(), func(j *schedulerv1.Job) bool {
			twin := seen[j.GetToken()]
			seen[j.GetToken()] = true
			return twin
		})
	}
}

// exacting suspends nothing that has ended, and says so.
type exacting struct{ *poolDriver }

func (d *exacting) Suspend(ctx context.Context, refs []scheduler.Ref) error {
	for _, ref := range refs {
		now, err := d.known(ctx, ref)
		if err != nil {
			return err
		}
		if now[0].State.Terminal() {
			return fault.Conflict.New("job %s has ended", ref.ID)
		}
	}
	return d.poolDriver.Suspend(ctx, refs)
}

// pedantic finds no job to remove where there is none.
type pedantic struct{ *poolDriver }

func (d *pedantic) Remove(ctx context.Context, refs []scheduler.Ref) error {
	for _, ref := range refs {
		if _, err := d.known(ctx, ref); err != nil {
			return err
		}
	}
	return d.poolDriver.Remove(ctx, refs)
}

// tireless suspends nothing.
type tireless struct{ *poolDriver }

func (d *tireless) Suspend(context.Context, []scheduler.Ref) error { return nil }

// ruthless ends what is to be removed.
type ruthless struct{ *poolDriver }

func (d *ruthless) Remove(ctx context.Context, refs []scheduler.Ref) error {
	return d.Cancel(ctx, refs)
}

// sweeping takes every folder for a job's own that begins like its token.
type sweeping struct{ *poolDriver }

func (d *sweeping) Remove(ctx context.Context, refs []scheduler.Ref) error {
	if err := d.poolDriver.Remove(ctx, refs); err != nil {
		return err
	}
	for _, ref := range refs {
		folders, err := filepath.Glob(filepath.Join(d.dir(), "jobs", ref.Token+"-*"))
		if err != nil {
			return err
		}
		for _, folder := range folders {
			if err := os.RemoveAll(folder); err != nil {
				return err
			}
		}
	}
	return nil
}

// deaf finds jobs that it has removed.
type deaf struct{ *poolDriver }

func (d *deaf) Find(ctx context.Context, prefix string, since time.Time, yield func(scheduler.Found) error) error {
	// Other checks' tokens may begin with this one.
	none := true
	err := d.poolDriver.Find(ctx, prefix, since, func(f scheduler.Found) error {
		none = none && f.Ref.Token != prefix
		return yield(f)
	})
	if err != nil || !none || since.After(time.Now()) {
		return err
	}
	return yield(scheduler.Found{Ref: scheduler.Ref{ID: idOf(prefix), Token: prefix, Tasks: 1}})
}

// hoarding shows a log when the task has ended.
type hoarding struct{ *poolDriver }

func (d *hoarding) Logs(ctx context.Context, ref scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	if !o.Follow {
		return d.poolDriver.Logs(ctx, ref, o, w)
	}
	var all bytes.Buffer
	err := d.poolDriver.Logs(ctx, ref, o, &all)
	_, late := w.Write(all.Bytes())
	return errors.Join(err, late)
}
