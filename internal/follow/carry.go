package follow

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// handover is a job on its way to the pool, handed what the pool answered.
type handover struct {
	driver Driver
	job    scheduler.Job
}

type handed struct {
	id  scheduler.ID
	err error
}

// carry uploads and submits, and keeps the claim alive meanwhile.
func (s *Submitter) carry(ctx context.Context, driver Driver, job *store.Job) (scheduler.ID, error) {
	was := *job // the claim changes the other one
	spec, flow := requested(was), withTokens(was.Workflow, was.Token())
	keeping, stop := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { s.keep(keeping, job) })
	defer keeper.Wait()
	defer stop()
	if err := giveBack(ctx, driver, was); err != nil {
		return "", err
	}
	if flow != nil {
		if err := uploadAll(ctx, driver, flow); err != nil {
			return "", err
		}
		return driver.SubmitWorkflow(ctx, *flow)
	}
	if err := upload(ctx, driver, spec.Token, spec.Inputs); err != nil {
		return "", err
	}
	d := s.desk(was.SchedulerUID)
	if !driver.Can(call.Batches) {
		got := d.one(ctx, handover{driver, spec})
		return got.id, got.err
	}
	got, err := d.handovers.do(ctx, handover{driver, spec})
	if err != nil {
		return "", err
	}
	return got.id, got.err
}

func upload(ctx context.Context, driver Driver, token string, inputs []scheduler.Input) error {
	for _, in := range inputs {
		if err := driver.Upload(ctx, token, in, func() (io.ReadCloser, error) { return openInput(in) }); err != nil {
			return err
		}
	}
	return nil
}

// uploadAll uploads the inputs of each node under the token of the node.
func uploadAll(ctx context.Context, driver Driver, w *scheduler.Workflow) error {
	for i, n := range w.Nodes {
		var err error
		if n.Workflow != nil {
			err = uploadAll(ctx, driver, n.Workflow)
		} else {
			err = upload(ctx, driver, w.NodeToken(i), n.Job.Inputs)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// withTokens is a workflow under its token, and each workflow in it under that of its node.
func withTokens(w *scheduler.Workflow, token string) *scheduler.Workflow {
	if w == nil {
		return nil
	}
	flow := *w
	flow.Token = token
	flow.Nodes = slices.Clone(w.Nodes)
	for i, n := range flow.Nodes {
		flow.Nodes[i].Job.Token = flow.NodeToken(i)
		flow.Nodes[i].Workflow = withTokens(n.Workflow, flow.NodeToken(i))
	}
	return &flow
}

// one hands a single job over, beside some others.
func (d *desk) one(ctx context.Context, h handover) handed {
	select {
	case d.single <- struct{}{}:
	case <-ctx.Done():
		return handed{err: ctx.Err()}
	}
	defer func() { <-d.single }()
	id, err := h.driver.Submit(ctx, h.job)
	return handed{id, err}
}

// handOver hands a batch over. Where the batch as a whole is refused, each of it is asked for by itself: one must not stand in the way of the others.
func (d *desk) handOver(ctx context.Context, batch []handover, answer func(int, handed)) {
	if len(batch) == 1 {
		answer(0, d.one(ctx, batch[0]))
		return
	}
	jobs, places := make([]scheduler.Job, len(batch)), make(map[string]int, len(batch))
	for i, h := range batch {
		jobs[i], places[h.job.Token] = h.job, i
	}
	// The first answer about a job counts, as that of the first call of Submit would.
	err := batch[0].driver.SubmitBatch(ctx, jobs, func(s scheduler.Submitted) error {
		if i, ours := places[s.Token]; ours {
			delete(places, s.Token)
			answer(i, handed{s.ID, s.Err})
		}
		return nil
	})
	if err == nil {
		err = fault.By(fault.Driver, fault.Internal.New("the driver did not say what became of the job"))
	}
	var singles sync.WaitGroup
	for _, i := range places {
		if !final(err) {
			answer(i, handed{err: err})
			continue
		}
		singles.Go(func() { answer(i, d.one(ctx, batch[i])) })
	}
	singles.Wait()
}

// keep says every few seconds that this process is still at the intent.
func (s *Submitter) keep(ctx context.Context, job *store.Job) {
	ticks := time.NewTicker(renew)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticks.C:
			s.claim(ctx, job, now)
		}
	}
}

// claim says once that this process is at the intent. Where others have changed the record meanwhile, as by a wish to cancel, it says so in the one
// that there is now: to them the claim must not look as if it had run out. Only a job that is pending can be claimed.
func (s *Submitter) claim(ctx context.Context, job *store.Job, now time.Time) {
	for job.Status.State == scheduler.Pending {
		status := job.Status
		status.RetryAt = Claim(now)
		conflict, err := s.change(ctx, job.SchedulerUID, store.Change{JobID: job.ID, ExpectRevision: job.Revision, Status: status, Quiet: true})
		if err != nil {
			return
		}
		if !conflict {
			job.Status, job.Revision = status, job.Revision+1
			return
		}
		fresh, err := s.store.Job(ctx, job.ID)
		if err != nil {
			return
		}
		job.Status, job.Revision = fresh.Status, fresh.Revision
	}
}
