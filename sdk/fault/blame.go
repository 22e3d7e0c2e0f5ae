package fault

// Party is whoever has to act for an error to go away.
type Party string

// The parties.
const (
	// User: whoever wrote the request or the configuration.
	User Party = "user"
	// Scheduler: the pool that the driver speaks to.
	Scheduler Party = "scheduler"
	// Driver: the driver's code or process.
	Driver Party = "driver"
	// Host: the portal's side: Oceanid itself, its store, its machine.
	Host Party = "host"
)

// By says whose fault err is, in place of what follows from its kind. By(p, nil) is nil.
func By(p Party, err error) error {
	if err == nil {
		return nil
	}
	return &fault{blame: p, err: err}
}

// Blame tells whose fault err is: what By said, else what its kind suggests: the user's for NotFound, Exists, Invalid, Denied, Conflict and
// Unsupported, the scheduler's for Unavailable, Exhausted and Timeout, the driver's for Crashed, Unconfigured and Internal, nobody's ("") for
// Cancelled and nil.
func Blame(err error) Party {
	for f := range faults(err) {
		if f.blame != "" {
			return f.blame
		}
	}
	switch Of(err) {
	case NotFound, Exists, Invalid, Denied, Conflict, Unsupported:
		return User
	case Unavailable, Exhausted, Timeout:
		return Scheduler
	case "", Cancelled:
		return ""
	}
	return Driver
}
