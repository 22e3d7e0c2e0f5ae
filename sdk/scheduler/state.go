package scheduler

// State is where a task, or a job as a whole, stands.
type State string

// The states, after DRMAA2 (GFD.231 §8.1) and PSI/J's JobState.
const (
	// Pending: kept by the host, not yet at the pool. Drivers never say it.
	Pending State = "pending"
	// Queued: the pool has it and it waits for its turn.
	Queued State = "queued"
	// Running: it runs, or its files are on the way to or from where it runs.
	Running State = "running"
	// Held: it will not run until somebody releases it; the reason says why.
	Held State = "held"
	// Suspended: it runs, but is stopped for now.
	Suspended State = "suspended"
	// Succeeded: it ended by itself with exit code 0.
	Succeeded State = "succeeded"
	// Failed: it ended with another exit code or by a signal, or the pool could not run it.
	Failed State = "failed"
	// Cancelled: somebody ended or removed it.
	Cancelled State = "cancelled"
	// Lost: the pool does not know it any more, and nothing tells how it ended. Never the same as Failed.
	Lost State = "lost"
)

// States are all of them, in the order in which lists show them.
func States() []State {
	return []State{Pending, Queued, Running, Held, Suspended, Succeeded, Failed, Cancelled, Lost}
}

// Terminal tells whether s never changes again.
func (s State) Terminal() bool {
	switch s {
	case Succeeded, Failed, Cancelled, Lost:
		return true
	}
	return false
}
