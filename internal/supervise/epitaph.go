package supervise

import (
	"time"

	"github.com/oceanid/oceanid/internal/wire"
)

// deathbed is how long a process that broke its connection may take to be seen dead.
const deathbed = time.Second

// Epitaph is why a call to a process failed that nobody supervises yet: how the process ended, where that broke the connection, else err.
func Epitaph(p Process, err error) error {
	if !wire.Transport(err) {
		return err
	}
	dead := time.NewTimer(deathbed)
	defer dead.Stop()
	select {
	case <-p.Done():
		if crash := p.Err(); crash != nil {
			return crash
		}
	case <-dead.C:
	}
	return err
}
