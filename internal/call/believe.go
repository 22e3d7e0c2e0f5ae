package call

import (
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// believable reads a status, unless it says what cannot be: nothing of that may come into a record.
func believable(p *schedulerv1.Status) (scheduler.Status, error) {
	switch {
	case len(p.GetId()) > wire.MaxID:
		return scheduler.Status{}, fault.By(fault.Driver, fault.Internal.New("the driver told an identifier of %d bytes; at most %d are allowed", len(p.GetId()), wire.MaxID))
	case p.GetTask() < 0 || p.GetCount() < 0:
		return scheduler.Status{}, fault.By(fault.Driver, fault.Internal.New("the driver told task %d, count %d of job %q, which cannot be", p.GetTask(), p.GetCount(), wire.Text(p.GetToken())))
	}
	return wire.StatusFromProto(p), nil
}

// within refuses tasks that a job does not have; one that does not say how many it has may have any.
func within(s scheduler.Status, job scheduler.Ref) error {
	// In this order nothing overflows.
	if n := job.Tasks; n > 0 && (s.Task >= n || max(s.Count, 1) > n-s.Task) {
		return fault.By(fault.Driver, fault.Internal.New("the driver told task %d, count %d of job %q, which has %d", s.Task, s.Count, job.Token, n))
	}
	return nil
}
