package call

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

// again is when a call that found no place may be tried again: by then some of the calls before it have ended.
const again = time.Second

// refuse says why a call was not made.
func (b *Bulkhead) refuse(ctx context.Context, c class, err error, waited time.Duration) error {
	noPlace := (*full)(nil)
	if !errors.As(err, &noPlace) {
		if fault.Of(err) == fault.Cancelled {
			return fault.Cancelled.New("%w", context.Cause(ctx))
		}
		b.metrics.refused("timeout")
		return fault.By(fault.Host, fault.Timeout.New("it waited %v for its turn: driver %q has as many %s under way as it may, and they do not end; see what holds its pool up",
			waited.Round(time.Millisecond), b.driver, c))
	}
	reason, whose, do := "driver", fmt.Sprintf("driver %q has", b.driver), "raise calls"
	if noPlace.scheduler {
		reason, whose, do = "scheduler", fmt.Sprintf("driver %q has of this scheduler", b.driver), "raise scheduler_calls"
	}
	b.metrics.refused(reason)
	waiting := ""
	if noPlace.queue > 0 {
		waiting, do = fmt.Sprintf(" and %d waiting, the most that its limits allow", noPlace.queue), do+" or queue"
	}
	return fault.After(fault.By(fault.Host, fault.Exhausted.New("%s %d %s under way%s: try again later, or %s in its limits",
		whose, noPlace.underWay, c, waiting, do)), again)
}

func (c class) String() string {
	switch c {
	case transfers:
		return "transfers"
	case streams, watches:
		return "streams"
	}
	return "calls"
}
