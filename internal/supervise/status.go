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
	// Reason says in words why it is backing off or failed; "" otherwise.
	Reason string
	// PID is the process's number; 0: there is none.
	PID int
	// Since is when it came into this state.
	Since time.Time
	// Restarts counts the starts that followed a crash.
	Restarts int
	// Generation is the number of the life that is running, or ran last; 0: none yet.
	Generation uint64
	// Err is what made it back off or fail; nil otherwise. A crash is a fault.Crashed that has the panic and the last lines of the log.
	Err error
	// RetryAt is when the next start may be tried, of a driver that is backing off or failed.
	RetryAt time.Time
}

// Status is the present one.
func (s *Supervisor) Status() Status { return Status{} }
