package drivertest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// trial is what one check works with: the process that checks share, processes of its own where it wants them, and the jobs that it has submitted. When
// it ends, all of that is cleared away.
type trial struct {
	suite *suite
	*subject

	mu   sync.Mutex
	own  []*subject
	jobs []*schedulerv1.JobRef
}

type counter struct{ atomic.Int64 }

// begin starts a process for this check alone, with the instance that all checks share.
func (t *trial) begin(ctx context.Context) (*subject, error) {
	s, err := t.beginBare(ctx)
	if err != nil {
		return nil, err
	}
	s.instance = t.instance
	if err := s.configure(ctx); err != nil {
		return nil, saw("another process of the driver does not take the configuration: %v", err)
	}
	return s, nil
}

// beginBare starts a process for this check alone, with an instance that it does not know yet.
func (t *trial) beginBare(ctx context.Context) (*subject, error) {
	p, err := t.suite.start(ctx)
	if err != nil {
		return nil, saw("another process of the driver does not start: %v", err)
	}
	s := &subject{suite: t.suite, process: p, instance: t.newInstance()}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.own = append(t.own, s)
	return s, nil
}

func (t *trial) newInstance() *pluginv1.Instance {
	return &pluginv1.Instance{Id: t.suite.name("own-" + number(t.suite.instances.Add(1))), Revision: "1"}
}

// submit hands a job to the process that checks share.
func (t *trial) submit(ctx context.Context, job *schedulerv1.Job) (*schedulerv1.JobRef, error) {
	return t.submitTo(ctx, t.subject, job)
}

// submitTo hands a job to a process, with its end taken care of. Where not even a trivial job comes through it tells that instead of waiting.
func (t *trial) submitTo(ctx context.Context, s *subject, job *schedulerv1.Job) (*schedulerv1.JobRef, error) {
	if problem := t.suite.scouted.problem; problem != nil {
		return nil, saw("not tried, because no job comes through (see submit/runs-a-job): %v", problem)
	}
	kept := t.keep(refTo(job))
	ref, err := s.submit(ctx, job)
	if err != nil {
		return ref, saw("Submit: %w", &callError{err})
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	kept.Id = ref.GetId()
	return ref, nil
}

// keep notes a job that is to be cancelled when the check ends.
func (t *trial) keep(ref *schedulerv1.JobRef) *schedulerv1.JobRef {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.jobs = append(t.jobs, ref)
	return ref
}

// close cancels the jobs and ends the processes.
func (t *trial) close() {
	ctx := context.Background()
	if len(t.jobs) > 0 {
		s, err := t.suite.main(ctx)
		if err == nil {
			err = s.cancel(ctx, t.jobs...)
		}
		if err != nil {
			t.suite.o.Log.Warn("jobs of a check may be left at the pool", "error", said(err))
		}
	}
	var stopping sync.WaitGroup
	for _, s := range t.own {
		stopping.Go(s.stop)
	}
	stopping.Wait()
}

// crashes tells which of the processes that the check used have crashed, other than by the check itself.
func (t *trial) crashes() error {
	var all []error
	for _, s := range append([]*subject{t.subject}, t.own...) {
		if crash := crashOf(s); crash != nil && !s.killed.Load() {
			all = append(all, crash)
		}
	}
	return errors.Join(all...)
}

// mark is the path of a file in which a job can leave a mark with mark(1)'s script; "" where the pool does not see this machine's folders.
func (t *trial) mark(token string) string {
	if !t.suite.scouted.shared {
		return ""
	}
	return filepath.Join(t.suite.marks, token)
}

// ran is how often a job with that token has left its mark; known is false where marks are not seen.
func (t *trial) ran(token string) (times int, known bool) {
	path := t.mark(token)
	if path == "" {
		return 0, false
	}
	content, err := os.ReadFile(path)
	return strings.Count(string(content), "\n"), err == nil || os.IsNotExist(err)
}
