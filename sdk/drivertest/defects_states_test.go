package drivertest_test

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// statuses lets a defect change every status that crosses the wire, in answers and events.
func statuses(change func(*schedulerv1.Status)) func(string, any) bool {
	return func(_ string, m any) bool {
		switch m := m.(type) {
		case *schedulerv1.QueryResponse:
			for _, s := range m.GetStatuses() {
				change(s)
			}
		case *schedulerv1.WatchResponse:
			if s := m.GetEvent().GetStatus(); s != nil {
				change(s)
			}
		}
		return true
	}
}

// answered is statuses for Query alone.
func answered(change func(*schedulerv1.Status)) func(string, any) bool {
	all := statuses(change)
	return func(method string, m any) bool {
		if strings.HasSuffix(method, "/Query") {
			all(method, m)
		}
		return true
	}
}

// seldom is true every nth time, for each key.
func seldom(n int) func(key string) bool {
	var mu sync.Mutex
	times := map[string]int{}
	return func(key string) bool {
		mu.Lock()
		defer mu.Unlock()
		times[key]++
		return times[key]%n == 0
	}
}

func stateDefects() map[string]defect {
	fifthTime, thirdTime, secondTime := seldom(5), seldom(3), seldom(2)
	return map[string]defect{
		"takes running jobs for succeeded": {out: answered(func(s *schedulerv1.Status) {
			if s.GetState() == schedulerv1.State_STATE_RUNNING && fifthTime(s.GetToken()) {
				s.State = schedulerv1.State_STATE_SUCCEEDED
			}
		})},
		"tells unknown jobs as failed": {out: statuses(func(s *schedulerv1.Status) {
			if s.GetState() == schedulerv1.State_STATE_LOST {
				s.State = schedulerv1.State_STATE_FAILED
			}
		})},
		"tells cancelled jobs as failed": {out: statuses(func(s *schedulerv1.Status) {
			if s.GetState() == schedulerv1.State_STATE_CANCELLED {
				s.State = schedulerv1.State_STATE_FAILED
			}
		})},
		"tells causes of its own": {out: statuses(func(s *schedulerv1.Status) { s.Cause = 77 })},
		"goes backwards": {out: answered(func(s *schedulerv1.Status) {
			if s.GetState() == schedulerv1.State_STATE_RUNNING && thirdTime(s.GetToken()) {
				s.State = schedulerv1.State_STATE_QUEUED
			}
		})},
		"changes its mind": {out: answered(func(s *schedulerv1.Status) {
			if s.GetState() == schedulerv1.State_STATE_FAILED && secondTime(s.GetToken()) {
				s.Reason = "something else"
			}
		})},
		"gives no reasons": {out: statuses(func(s *schedulerv1.Status) { s.Reason = "" })},
		"tells signals as exit codes": {out: statuses(func(s *schedulerv1.Status) {
			if n := s.GetExit().GetSignal(); n != 0 {
				s.Exit = &schedulerv1.Exit{Code: 128 + n}
			}
		})},
		"tells every failure as 1": {out: statuses(func(s *schedulerv1.Status) {
			if s.GetExit().GetCode() > 1 {
				s.Exit.Code = 1
			}
		})},
		"tells exit codes signed": {out: statuses(func(s *schedulerv1.Status) {
			if s.GetExit().GetCode() > 127 {
				s.Exit.Code -= 256
			}
		})},
		"tells no exits of what succeeded": {out: statuses(func(s *schedulerv1.Status) {
			if s.GetState() == schedulerv1.State_STATE_SUCCEEDED {
				s.Exit = nil
			}
		})},
		"tells times of the epoch": {out: statuses(func(s *schedulerv1.Status) {
			if s.GetTime() != nil {
				s.Time.Seconds = 0
			}
		})},
		"tells one task only": {out: func(_ string, m any) bool {
			if page, ok := m.(*schedulerv1.QueryResponse); ok {
				page.Statuses = slices.DeleteFunc(page.GetStatuses(), func(s *schedulerv1.Status) bool { return s.GetTask() > 0 })
			}
			return true
		}},
		"tells another identifier": {out: answered(func(s *schedulerv1.Status) { s.Id = "job-" + s.GetId() })},
		"knows no job without its identifier": {in: func(_ string, m any) {
			if q, ok := m.(interface{ GetJobs() []*schedulerv1.JobRef }); ok {
				for _, ref := range q.GetJobs() {
					if ref.GetId() == "" {
						ref.Token = "nobody-" + ref.GetToken()
					}
				}
			}
		}, out: statuses(func(s *schedulerv1.Status) { s.Token = strings.TrimPrefix(s.GetToken(), "nobody-") })},
		"fails where one job is unknown": {driver: func(d *poolDriver) scheduler.Driver { return &strict{d} }},
		"tells of more than was asked":   {driver: func(d *poolDriver) scheduler.Driver { return &talkative{poolDriver: d} }},
	}
}

// strict gives up where one job is not known.
type strict struct{ *poolDriver }

func (d *strict) Query(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	for _, ref := range q.Jobs {
		if _, err := d.known(ctx, ref); err != nil {
			return err
		}
	}
	return d.poolDriver.Query(ctx, q, yield)
}

func (d *strict) Cancel(ctx context.Context, refs []scheduler.Ref) error {
	for _, ref := range refs {
		if _, err := d.known(ctx, ref); err != nil {
			return fault.NotFound.New("cancel: %w", err)
		}
	}
	return d.poolDriver.Cancel(ctx, refs)
}

// talkative tells of a job that it was asked about before.
type talkative struct {
	*poolDriver
	mu     sync.Mutex
	before []scheduler.Ref
}

func (d *talkative) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	id, err := d.poolDriver.Submit(ctx, job)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before = append(d.before, scheduler.Ref{ID: id, Token: job.Token, Tasks: 1})
	return id, err
}

func (d *talkative) Query(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	if len(q.Jobs) == 1 {
		d.mu.Lock()
		for _, ref := range d.before {
			if ref.Token != q.Jobs[0].Token {
				q.Jobs = append(q.Jobs, ref)
				break
			}
		}
		d.mu.Unlock()
	}
	return d.poolDriver.Query(ctx, q, yield)
}
