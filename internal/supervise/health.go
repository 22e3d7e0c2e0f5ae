package supervise

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Health is how a driver that hangs is found: while somebody has a lease it is asked every so often, and one that misses several times in a row is
// killed, which counts as a crash. A driver that nobody uses is not asked.
type Health struct {
	// Ask asks a driver for a sign of life; an error is that there was none. nil: drivers are not asked.
	Ask func(ctx context.Context, conn grpc.ClientConnInterface) error
	// Every is how long after somebody began to use the driver, and after each answer or miss, it is asked. Limit is how long it has for an
	// answer. 0: 5 s and 2 s.
	Every, Limit time.Duration
	// Misses is how many in a row are too many. 0: 3.
	Misses int
}

// Ask asks a driver for its health by grpc.health.v1. Whatever it answers is a sign of life, also that it does not know that service.
func Ask(ctx context.Context, conn grpc.ClientConnInterface) error {
	_, err := grpc_health_v1.NewHealthClient(conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	switch status.Code(err) {
	case codes.DeadlineExceeded, codes.Unavailable, codes.Canceled:
		return err
	}
	return nil
}

// ask tells whether the driver gave a sign of life. So does one that has just ended: that is seen elsewhere.
func (s *Supervisor) ask(g *generation, h Health) bool {
	ctx, cancel := context.WithTimeout(context.Background(), h.Limit)
	defer cancel()
	begin := time.Now()
	answer := make(chan error, 1)
	s.life.Go(func() { answer <- h.Ask(ctx, g.process.Conn()) })
	select {
	case err := <-answer:
		// When this process itself got no time to run, or the machine slept, nothing is known of the driver.
		return err == nil || time.Since(begin) > 2*h.Limit
	case <-g.process.Done():
		return true
	}
}

// hung ends a generation that gives no sign of life.
func (s *Supervisor) hung(g *generation, h Health) {
	err := fault.By(fault.Driver, fault.Crashed.New("driver %q hangs: asked %d times in a row, it gave no sign of life within %v, and was killed", s.name, h.Misses, h.Limit))
	s.mu.Lock()
	g.verdict = err
	if s.running == g && s.state == Ready {
		s.leaving[g] = struct{}{}
		s.life.Go(func() { s.drain(g, 0, 0) })
		s.crashed(err)
	}
	s.mu.Unlock()
	s.log.Error("driver hangs and is killed", "generation", g.number, "pid", g.process.PID())
	g.force()
}
