package call

import (
	"context"
	"io"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// silence is how long a stream of events may say nothing before its driver counts as hung: three heartbeats.
const silence = 45 * time.Second

// Watch is scheduler.Watcher's. It returns when the stream ends for whatever reason; the caller comes back with its last cursor. A stream
// without a heartbeat for three times their interval is given up as fault.Timeout.
func (s *Scheduler) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	if err := s.need(Events, "tell changes as they happen"); err != nil {
		return err
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	return s.do(ctx, verb{name: "Watch", op: "watch", class: watches, repeat: func() bool { return false }}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		quiet := time.AfterFunc(s.silence, func() {
			giveUp(fault.By(fault.Driver, fault.Timeout.New("the driver sent no heartbeat for %v", s.silence)))
		})
		defer quiet.Stop()
		stream, err := schedulerv1.NewEventsClient(conn).Watch(ctx, &schedulerv1.WatchRequest{Instance: i.ref(), Cursor: string(from)})
		if err != nil {
			return err
		}
		for {
			message, err := stream.Recv()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			quiet.Reset(s.silence)
			if e := message.GetEvent(); e != nil {
				if _, err := believable(e.GetStatus()); err != nil {
					return err
				}
			}
			event, ok := wire.EventFromProto(message)
			if !ok {
				continue
			}
			if len(event.Cursor) > wire.MaxCursor {
				return fault.By(fault.Driver, fault.Internal.New("the driver sent a cursor of %d bytes; at most %d are allowed", len(event.Cursor), wire.MaxCursor))
			}
			event.Status, event.Reset = i.discreet(ctx, event.Status), i.hide(ctx, event.Reset)
			s.Bulkhead.event()
			if err := yield(event); err != nil {
				return err
			}
		}
	})
}
