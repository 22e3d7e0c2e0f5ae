package fault

import "time"

type retry struct{ after time.Duration }

// After says that trying again makes sense once d has passed. After(nil, d) is nil.
func After(err error, d time.Duration) error {
	if err == nil {
		return nil
	}
	return &fault{after: &retry{max(d, 0)}, err: err}
}

// RetryAfter tells what After said. Without that it answers false: the caller decides, by the kind.
func RetryAfter(err error) (time.Duration, bool) {
	for f := range faults(err) {
		if f.after != nil {
			return f.after.after, true
		}
	}
	return 0, false
}
