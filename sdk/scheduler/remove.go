package scheduler

import "context"

// Remover is a driver that can clear away what its pool keeps of a job.
type Remover interface {
	// Remove deletes what the pool keeps of jobs that have ended, their files first of all: each job's own folder and nothing else, whatever links it
	// holds. One that has not ended is fault.Conflict and keeps everything; one that nothing is left of is removed already.
	Remove(ctx context.Context, jobs []Ref) error
}
