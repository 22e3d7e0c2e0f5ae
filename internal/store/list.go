package store

import (
	"context"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// JobQuery says which jobs are wanted. Conditions left out do not restrict.
type JobQuery struct {
	// SchedulerUIDs are the schedulers whose jobs are wanted. Empty: no job at all.
	SchedulerUIDs []string
	// User wants jobs of one user.
	User string
	// States wants jobs in one of these states.
	States []scheduler.State
	// Labels wants jobs that have all of these.
	Labels map[string]string
	// After is the cursor that the page before gave; "" is the first page.
	After string
	// Limit is the size of the page. Default: 50. At most 1000.
	Limit int
}

// ListJobs is one page of jobs, the newest first, as lists show them, and the cursor of the next page, "" when there is none. A job that is made
// meanwhile never shifts a page. A page may be short, even empty, although there is a next one: when few of the many jobs looked at had the
// labels.
func (s *Store) ListJobs(ctx context.Context, q JobQuery) (jobs []Job, next string, err error) {
	panic("being written")
}
