package call

import "time"

// SetPatience makes tests of hung drivers short.
func (s *Scheduler) SetPatience(d time.Duration) { s.patience = d }
