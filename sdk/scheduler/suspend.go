package scheduler

import "context"

// Suspender is a driver whose pool can stop what runs for a while.
type Suspender interface {
	// Suspend stops the running tasks of these jobs where they are; they are Suspended from then on. It returns when the pool has taken the request. What does
	// not run is left as it is.
	Suspend(ctx context.Context, jobs []Ref) error
	// Resume lets suspended tasks go on. A job of which nothing is suspended stays as it is.
	Resume(ctx context.Context, jobs []Ref) error
}
