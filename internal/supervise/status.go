package supervise

import "time"

// State is where a driver is in its life.
type State string

// The states.
const (
	Stopped    State = "stopped"
	Starting   State = "starting"
	Ready      State = "ready"
	Draining   State = "draining"
	BackingOff State = "backing off"
	Failed     State = "failed"
)

// Status is what a person wants to know about a driver.
type Status struct {
	State State
	// Reason says in words why it is backing off or has failed; "" in every other state.
	Reason string
	// Err is what Reason says; nil in every other state. A crash is a fault.Crashed that has the panic and the last lines of the log.
	Err error
	// RetryAt is when the next start may be tried, of a driver that is backing off or has failed.
	RetryAt time.Time
	// Since is when it came into this state.
	Since time.Time
	// PID is the process's number; 0: there is none.
	PID int
	// Restarts counts the starts that followed a crash.
	Restarts int
	// Generation is the number of the life that is running, or ran last; 0: none yet.
	Generation uint64
	// Leaving counts the generations that were replaced, or hang, and have not ended yet.
	Leaving int
	// Refused is why the last new form was not taken over, until one is; nil: the last one was.
	Refused error
	// Crash is how the driver ended last that was not stopped, or why it did not start, whatever has become of it since; nil: never. CrashedAt
	// is when.
	Crash     error
	CrashedAt time.Time
}

// Status is the present one.
func (s *Supervisor) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status()
}

// status is the present one; s.mu is held.
func (s *Supervisor) status() Status {
	status := Status{
		State: s.state, Since: s.since, Restarts: s.restarts, Generation: s.number, Leaving: len(s.leaving), Refused: s.refused,
		Crash: s.crash, CrashedAt: s.crashedAt,
	}
	if s.state == BackingOff || s.state == Failed {
		status.Err, status.Reason, status.RetryAt = s.trouble, s.trouble.Error(), s.retryAt
	}
	if s.running != nil {
		status.PID = s.running.process.PID()
	}
	return status
}
