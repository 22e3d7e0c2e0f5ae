package call

import (
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/sdk/fault"
)

// doubt is what is known of a call that hands work over and may be made several times: whether a driver went away under it before, so that the pool may have the
// work whatever is told now.
type doubt bool

// about is err, which a driver has answered or its connection has ended in, as it is to be believed. Who is not let in can tell nothing of what an earlier driver
// has handed over: that is no last word.
func (d *doubt) about(err error) error {
	said := wire.Fault(err)
	switch {
	case said == nil:
	case wire.Transport(said):
		*d = true
	case bool(*d) && fault.Of(said) == fault.Denied:
		return fault.Unavailable.New("the driver went away under the call before, and nothing tells whether the pool has the job: %w", said)
	}
	return err
}
