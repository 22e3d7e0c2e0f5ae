package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// overview is the first page: the schedulers, and the jobs that the address asks for.
func (s *site) overview(ctx context.Context, r *http.Request) (content, error) {
	q, err := jobQuery(r)
	if err != nil {
		return content{}, err
	}
	data := struct {
		Schedulers []schedulerInfo
		Jobs       []*host.Job
		Query      host.JobQuery
		State      scheduler.State // the one that is wanted; empty: all
		States     []scheduler.State
		Next       string
	}{Query: q, States: scheduler.States()}
	if len(q.States) > 0 {
		data.State = q.States[0]
	}
	if data.Schedulers, err = s.source.schedulers(ctx); err != nil {
		return content{}, err
	}
	if data.Jobs, data.Next, err = s.source.jobs(ctx, q); err != nil {
		return content{}, err
	}
	return s.render("Jobs", "overview", data)
}

// jobQuery reads which jobs an address asks for.
func jobQuery(r *http.Request) (host.JobQuery, error) {
	form := r.URL.Query()
	q := host.JobQuery{Scheduler: form.Get("scheduler"), User: form.Get("user"), After: form.Get("after"), Limit: 50}
	if state := scheduler.State(form.Get("state")); state != "" {
		if !slices.Contains(scheduler.States(), state) {
			return q, fault.Invalid.New("there is no state %q: the states are %v", state, scheduler.States())
		}
		q.States = []scheduler.State{state}
	}
	return q, nil
}
