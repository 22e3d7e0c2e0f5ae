package serve

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type eventsServer struct {
	schedulerv1.UnimplementedEventsServer
	instances *instances
	heartbeat time.Duration
}

// Watch adds the heartbeats, so that a driver's author need not think of them.
func (s *eventsServer) Watch(req *schedulerv1.WatchRequest, stream grpc.ServerStreamingServer[schedulerv1.WatchResponse]) error {
	i, ctx, done, err := s.instances.endless(stream.Context(), req.GetInstance())
	if err != nil {
		return err
	}
	defer done()
	watcher, err := supports[scheduler.Watcher](i)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	beats := &pulse{stream: stream, cursor: req.GetCursor()}
	if err := beats.beat(); err != nil {
		stop()
		return err
	}
	var beating sync.WaitGroup
	beating.Go(func() { beats.run(ctx, s.heartbeat) })
	// Also after a panic of the driver: nothing may be sent once the call has ended.
	defer func() { stop(); beating.Wait() }()
	return i.ended(watcher.Watch(ctx, scheduler.Cursor(req.GetCursor()), beats.event))
}

// pulse is a stream that several goroutines may send on, with the time since the last message.
type pulse struct {
	mu     sync.Mutex
	stream grpc.ServerStreamingServer[schedulerv1.WatchResponse]
	cursor string
	quiet  bool
}

func (p *pulse) event(e scheduler.Event) error {
	if e.Reset == "" {
		if err := checkStatus(e.Status); err != nil {
			return err
		}
	}
	if len(e.Cursor) > wire.MaxCursor {
		return fault.By(fault.Driver, fault.Internal.New("the driver made a cursor of %d bytes; at most %d are allowed", len(e.Cursor), wire.MaxCursor))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cursor, p.quiet = string(e.Cursor), false
	return p.stream.Send(wire.EventToProto(e))
}

func (p *pulse) beat() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stream.Send(&schedulerv1.WatchResponse{Message: &schedulerv1.WatchResponse_Heartbeat{Heartbeat: &schedulerv1.Heartbeat{Cursor: p.cursor}}})
}

func (p *pulse) run(ctx context.Context, every time.Duration) {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			p.mu.Lock()
			silent := p.quiet
			p.quiet = true
			p.mu.Unlock()
			// A failed send shows in the driver's next event as well.
			if silent && p.beat() != nil {
				return
			}
		}
	}
}
