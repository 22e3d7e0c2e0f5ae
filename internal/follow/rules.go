package follow

import "time"

// Rules are what an operator decides about jobs. The zero value has the defaults.
type Rules struct {
	// LostAfter is how long a pool must say that it does not know a job before that counts as lost. Default: 10 minutes.
	LostAfter time.Duration
	// Keep is how long the records of ended jobs are kept, KeepFiles what they left at the pool. 0: for ever.
	Keep, KeepFiles time.Duration
	// Results is a folder for the results of jobs that name none of their own; "": nobody brings them by themselves.
	Results string
}

// Ruling gives the rules that hold now: an operator may change them at any time. nil: the defaults.
type Ruling func() Rules

func (r Ruling) now() Rules {
	if r == nil {
		return Rules{}
	}
	return r()
}

func (r Rules) lostAfter() time.Duration {
	if r.LostAfter <= 0 {
		return 10 * time.Minute
	}
	return r.LostAfter
}
