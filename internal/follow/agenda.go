package follow

import (
	"container/heap"
	"time"
)

// agenda says when something is to be done about which job, so that a tick looks at what is due and at nothing else. Its zero value is empty.
type agenda struct {
	entries entries
	places  map[string]*entry
}

type entry struct {
	id    string
	at    time.Time
	place int
}

// set puts a job down for a time, in place of what it was down for; zero: for none.
func (a *agenda) set(id string, at time.Time) {
	e := a.places[id]
	switch {
	case at.IsZero():
		a.drop(id)
	case e != nil:
		e.at = at
		heap.Fix(&a.entries, e.place)
	default:
		if a.places == nil {
			a.places = map[string]*entry{}
		}
		e = &entry{id: id, at: at}
		a.places[id] = e
		heap.Push(&a.entries, e)
	}
}

// delay puts a job that is down for a time before that off until then.
func (a *agenda) delay(id string, notBefore time.Time) {
	if e := a.places[id]; e != nil && e.at.Before(notBefore) {
		a.set(id, notBefore)
	}
}

// drop takes a job off.
func (a *agenda) drop(id string) {
	if e := a.places[id]; e != nil {
		heap.Remove(&a.entries, e.place)
		delete(a.places, id)
	}
}

// next takes the job off that is due first; false: none is due by now.
func (a *agenda) next(now time.Time) (id string, ok bool) {
	if len(a.entries) == 0 || a.entries[0].at.After(now) {
		return "", false
	}
	e := heap.Pop(&a.entries).(*entry)
	delete(a.places, e.id)
	return e.id, true
}

// entries are a heap by time.
type entries []*entry

func (e entries) Len() int           { return len(e) }
func (e entries) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e entries) Swap(i, j int) {
	e[i], e[j] = e[j], e[i]
	e[i].place, e[j].place = i, j
}

func (e *entries) Push(x any) {
	added := x.(*entry)
	added.place = len(*e)
	*e = append(*e, added)
}

func (e *entries) Pop() any {
	last := len(*e) - 1
	taken := (*e)[last]
	(*e)[last] = nil
	*e = (*e)[:last]
	return taken
}
