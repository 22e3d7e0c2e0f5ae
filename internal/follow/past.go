package follow

// past remembers what a follower has looked at besides the jobs that it follows: the ledgers of jobs that have ended, and, as nil, names that are no
// job's. So late news costs one look. It is bounded, and forgets what came first. Its zero value is empty.
type past struct {
	known map[string]*ledger
	order []string
}

const (
	mostPast = 8192
	// mostStates is up to how many tasks the states of an ended job are remembered; those of larger ones are read again.
	mostStates = 1024
)

func (p *past) put(id string, l *ledger) {
	if p.known == nil {
		p.known = map[string]*ledger{}
	}
	if l != nil && l.tasks > mostStates {
		l.stand(nil)
		l.times = nil
	}
	if _, again := p.known[id]; !again {
		p.order = append(p.order, id)
	}
	p.known[id] = l
	for len(p.order) > mostPast {
		delete(p.known, p.order[0])
		p.order = p.order[1:]
	}
}

func (p *past) get(id string) (l *ledger, known bool) {
	l, known = p.known[id]
	return l, known
}

// forget makes the next news about a job be looked at anew.
func (p *past) forget(id string) {
	if _, there := p.known[id]; !there {
		return
	}
	delete(p.known, id)
	for i, other := range p.order {
		if other == id {
			p.order = append(p.order[:i], p.order[i+1:]...)
			return
		}
	}
}
