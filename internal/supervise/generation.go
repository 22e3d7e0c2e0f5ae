package supervise

import (
	"context"
	"time"
)

// generation is one life of the driver. Its supervisor's mu guards what changes.
type generation struct {
	number  uint64
	process Process

	leases  int
	quiet   time.Time     // since when there is no lease
	watched bool          // its health is about to be asked for
	news    chan struct{} // has room for one: there is something to attend to
	verdict error         // why it was ended that should not have ended; nil: it speaks for itself

	retiring chan struct{} // closed when nothing more is given out
	unused   chan struct{} // closed when it is retiring and the last lease was released
	drained  chan struct{} // closed when it is retiring and Stop of its process has returned
	left     error         // what that returned; set before drained is closed
	over     chan struct{} // closed when the supervisor knows of its end

	// forced is done when nothing is waited for any more.
	forced context.Context
	force  context.CancelFunc
}

func newGeneration(number uint64, p Process) *generation {
	forced, force := context.WithCancel(context.Background())
	return &generation{
		number: number, process: p, quiet: time.Now(), news: make(chan struct{}, 1), retiring: make(chan struct{}), unused: make(chan struct{}),
		drained: make(chan struct{}), over: make(chan struct{}), forced: forced, force: force,
	}
}

// retire lets the holders of leases know that this life is to end.
func (g *generation) retire() {
	close(g.retiring)
	if g.leases == 0 {
		close(g.unused)
	}
}

func (g *generation) acquire() {
	g.leases++
	if g.leases == 1 && !g.watched {
		g.signal()
	}
}

// signal has whoever attends the generation look at it anew.
func (g *generation) signal() {
	select {
	case g.news <- struct{}{}:
	default:
	}
}

func (g *generation) release() {
	g.leases--
	if g.leases > 0 {
		return
	}
	g.quiet = time.Now()
	select {
	case <-g.retiring:
		close(g.unused)
	default:
	}
}

// err says how this life ended, or why it is ended that should not have; nil: it goes on, or was stopped.
func (g *generation) err() error {
	if g.verdict != nil {
		return g.verdict
	}
	select {
	case <-g.process.Done():
		return g.process.Err()
	default:
		return nil
	}
}
