package launch

import (
	"context"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

const (
	killSignal = syscall.SIGKILL
	// mostReserve of a driver's grace is kept for ending the process once it has drained, or has not.
	mostReserve = 2 * time.Second
	// unkillable is how long SIGKILL may take: longer than any process needs that the kernel lets go.
	unkillable = 5 * time.Second
)

// Stop ends the driver: it is asked to drain, then to end, then its process group is told by SIGTERM; what is left of it when the spec's Grace or
// ctx is over is killed. Stop returns when Done is closed. An error says that force was needed. Stopping again waits for the same end.
func (p *Process) Stop(ctx context.Context) error {
	p.stopping.Store(true)
	begin := time.Now()
	ctx, cancel := context.WithDeadline(ctx, begin.Add(p.spec.Grace))
	defer cancel()
	left := p.spec.Grace
	if deadline, ok := ctx.Deadline(); ok {
		left = time.Until(deadline)
	}
	reserve := min(left/4, mostReserve)

	drained, stopDraining := context.WithTimeout(ctx, left-reserve)
	drain(drained, p.conn)
	stopDraining()
	// go-plugin's own way to end a process waits for the driver's answer without any limit; watch waits for it.
	go p.close()
	if !wait(ctx, p.done, reserve/2) {
		p.child.send(syscall.SIGTERM)
		if !wait(ctx, p.done, reserve/2) {
			p.child.send(killSignal)
		}
	}
	// From here on ctx is of no use: what was killed ends, and until then nothing may be taken for gone.
	if !wait(context.WithoutCancel(ctx), p.done, unkillable) {
		return p.spec.unkillable(p.child.pid)
	}
	if p.child.forced() {
		return p.spec.misbehaved(fault.Timeout, "it did not end within %v and was killed, with the calls it had", time.Since(begin).Round(time.Millisecond))
	}
	return nil
}

// wait waits for done, at most for d.
func wait(ctx context.Context, done <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	select {
	case <-done:
		return true
	default:
		return false
	}
}

func (s Spec) unkillable(pid int) error {
	return s.fail(fault.Timeout, "process %d does not end even by SIGKILL: the kernel holds it, perhaps on a network file system that hangs", pid)
}

// drain asks a driver to refuse new calls and to finish those under way, and waits for it until ctx is done. A driver that does not know the verb, or
// does not answer, is ended all the same.
func drain(ctx context.Context, conn grpc.ClientConnInterface) {
	request := new(pluginv1.DrainRequest)
	if deadline, ok := ctx.Deadline(); ok {
		// The driver's answer must find somebody who waits for it.
		request.Deadline = durationpb.New(time.Until(deadline) * 9 / 10)
	}
	_, _ = pluginv1.NewPluginClient(conn).Drain(ctx, request)
}
