package call

import "time"

// SetPatience makes tests of hung drivers short: how long a driver may move nothing of a file, say nothing on a stream, and take to say that it is alive.
func (s *Scheduler) SetPatience(d time.Duration) { s.patience, s.silence, s.breath = d, d, d }

// Doubt is doubt.
type Doubt = doubt

// About is about.
func (d *doubt) About(err error) error { return d.about(err) }
