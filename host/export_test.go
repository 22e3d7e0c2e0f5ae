package host

import "time"

// ShowStaleAfter has jobs shown as stale sooner than any file may say.
func ShowStaleAfter(h *Host, d time.Duration) {
	file := *h.file.Load()
	file.Jobs.Stale = d
	h.file.Store(&file)
}
