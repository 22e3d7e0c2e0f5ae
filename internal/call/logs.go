package call

import (
	"context"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// breath is how long a driver that has been silent may take to say that it is alive.
const breath = 10 * time.Second

// Logs is scheduler.LogStreamer's. A task may write nothing for days, and its log goes on; a driver that does not even answer whether it is alive
// is given up as fault.Timeout.
func (s *Scheduler) Logs(ctx context.Context, job scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	if err := s.need(Logs, "show what a task writes"); err != nil {
		return err
	}
	v := verb{name: "Tail", op: "logs", class: transfers}
	if o.Follow {
		v.class = streams
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	// A driver that went away is asked again from where its bytes ended.
	return s.do(ctx, v, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		stream, err := schedulerv1.NewLogsClient(conn).Tail(ctx, &schedulerv1.TailRequest{
			Instance: i.ref(), Job: wire.RefToProto(job), Task: int64(o.Task), Stream: wire.StreamToProto(o.Stream), Offset: o.Offset, Follow: o.Follow,
		})
		if err != nil {
			return err
		}
		heard, stop := s.listen(ctx, conn, giveUp)
		defer stop()
		for {
			m, err := stream.Recv()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			heard()
			n, err := w.Write(m.GetChunk())
			o.Offset += int64(n)
			if err != nil {
				return fault.By(fault.Host, fault.Internal.New("writing the log on: %w", err))
			}
		}
	})
}

// listen asks a driver whether it is alive whenever nothing was heard of it for a while, and gives the call up when there is no answer. The caller
// calls heard for all that it hears, and stop at the end.
func (s *Scheduler) listen(ctx context.Context, conn grpc.ClientConnInterface, giveUp context.CancelCauseFunc) (heard, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	news, done := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(done)
		quiet := time.NewTimer(s.silence)
		defer quiet.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-news:
			case <-quiet.C:
				if !s.alive(ctx, conn) && ctx.Err() == nil {
					giveUp(fault.By(fault.Driver, fault.Timeout.New("the driver sent nothing for %v, and does not answer whether it is alive", s.silence+s.breath)))
					return
				}
			}
			quiet.Reset(s.silence)
		}
	}()
	heard = func() {
		select {
		case news <- struct{}{}:
		default:
		}
	}
	return heard, func() { cancel(); <-done }
}

// alive asks a driver for any answer: one that says that it does not know the question is one. A broken connection is for the stream to tell.
func (s *Scheduler) alive(ctx context.Context, conn grpc.ClientConnInterface) bool {
	ctx, cancel := context.WithTimeout(ctx, s.breath)
	defer cancel()
	_, err := grpc_health_v1.NewHealthClient(conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	return fault.Of(wire.Fault(err)) != fault.Timeout
}
