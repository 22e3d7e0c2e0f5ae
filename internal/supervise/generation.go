package supervise

// generation is one life of the driver. Its supervisor's mu guards leases.
type generation struct {
	number   uint64
	process  Process
	leases   int
	retiring chan struct{} // closed when nothing more is given out
	unused   chan struct{} // closed when it is retiring and the last lease was released
}

func newGeneration(number uint64, p Process) *generation {
	return &generation{number: number, process: p, retiring: make(chan struct{}), unused: make(chan struct{})}
}

// retire lets the holders of leases know that this life is to end.
func (g *generation) retire() {
	close(g.retiring)
	if g.leases == 0 {
		close(g.unused)
	}
}

func (g *generation) release() {
	g.leases--
	if g.leases > 0 {
		return
	}
	select {
	case <-g.retiring:
		close(g.unused)
	default:
	}
}
