package drivertest

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// scouted is what the first job has shown.
type scouted struct {
	// problem is why no job comes through; nil: one did.
	problem error
	// submitting is how long its submission took.
	submitting time.Duration
	// shared tells that jobs see the folders of this machine.
	shared bool
}

// scout runs the first job.
func (s *suite) scout(ctx context.Context) (found scouted) {
	file := filepath.Join(s.marks, "scout")
	job := s.shell(`touch "$1" 2>/dev/null; exit 0`, file) // a redirection that fails would end the shell
	began := time.Now()
	ref, err := s.shared.submit(ctx, job)
	if err != nil {
		found.problem = saw("Submit of a trivial job: %w", &callError{err})
		return found
	}
	found.submitting = time.Since(began)
	now, err := s.shared.ended(ctx, ref)
	switch {
	case err != nil:
		found.problem = err
		_ = s.shared.cancel(context.WithoutCancel(ctx), ref)
	case !now.all(schedulerv1.State_STATE_SUCCEEDED):
		found.problem = saw("a trivial job came to %s", now.show())
	}
	_, err = os.Stat(file)
	found.shared = err == nil
	return found
}
