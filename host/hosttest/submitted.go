package hosttest

import (
	"context"
	"slices"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Next waits for a job to come to the pool and returns it as it was submitted; each job once, in the order in which they come. Its Token is the job's ID.
func (p *Pool) Next() scheduler.Job {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.await(ctx, func() bool { return p.taken < len(p.order) }) {
		p.t.Fatalf("no job has come to the pool, besides %d that came before", p.taken)
	}
	p.taken++
	return p.order[p.taken-1].job
}

// Jobs are all that have come to the pool until now, as they were submitted, in the order in which they came.
func (p *Pool) Jobs() []scheduler.Job {
	p.mu.Lock()
	defer p.mu.Unlock()
	jobs := make([]scheduler.Job, len(p.order))
	for i, e := range p.order {
		jobs[i] = e.job
	}
	return jobs
}

// Input is the content of an input that was brought to the pool for a job. A job without such an input fails the test.
func (p *Pool) Input(id, name string) []byte {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.entry(id)
	content, ok := p.inputs[id][name]
	if !ok {
		p.t.Fatalf("job %s has no input %q", id, name)
	}
	return slices.Clone(content)
}
