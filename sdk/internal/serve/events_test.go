package serve

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// slowStream is a stream whose heartbeats take a while.
type slowStream struct {
	grpc.ServerStream
	ctx     context.Context
	sent    int
	sending bool
	beating chan struct{}
}

func (s *slowStream) Context() context.Context { return s.ctx }

func (s *slowStream) Send(*schedulerv1.WatchResponse) error {
	if s.sent++; s.sent == 2 { // the first one opens the stream
		s.sending = true
		close(s.beating)
		time.Sleep(time.Second)
		s.sending = false
	}
	return nil
}

// panicking is a driver whose Watch panics during a heartbeat.
type panicking struct {
	scheduler.Driver
	beating chan struct{}
}

func (p panicking) Watch(context.Context, scheduler.Cursor, func(scheduler.Event) error) error {
	<-p.beating
	panic("a defect")
}

// gRPC allows nothing to be sent on a stream whose handler has returned, however it did.
func TestNoHeartbeatOutlivesAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stream := &slowStream{ctx: t.Context(), beating: make(chan struct{})}
		retired, retire := context.WithCancel(t.Context())
		defer retire()
		ref := &pluginv1.Instance{Id: "a", Revision: "1"}
		known := &instances{log: slog.New(slog.DiscardHandler), known: map[string]*instance{
			"a": {revision: "1", driver: panicking{beating: stream.beating}, retired: retired, retire: retire},
		}}
		defer func() {
			if p := recover(); p == nil || stream.sending {
				t.Errorf("panic %v; a heartbeat is under way: %v", p, stream.sending)
			}
		}()
		s := &eventsServer{instances: known, heartbeat: time.Second}
		_ = s.Watch(&schedulerv1.WatchRequest{Instance: ref}, stream) // it panics
	})
}
