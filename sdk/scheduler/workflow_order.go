package scheduler

import (
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Order gives the places of the nodes so that each comes after those that it waits for. Nodes that wait for each other are fault.Invalid, which names them in
// the order in which they would run: "a → b → c → a". So is a node that comes after one that there is not.
func (w Workflow) Order() ([]int, error) {
	places := make(map[string]int, len(w.Nodes))
	for i, n := range w.Nodes {
		places[n.Name] = i
	}
	waiting, followers := make([]int, len(w.Nodes)), make([][]int, len(w.Nodes))
	order := make([]int, 0, len(w.Nodes))
	for i, n := range w.Nodes {
		for _, name := range n.After {
			before, there := places[name]
			if !there {
				return nil, fault.Invalid.New("node %q: after: there is no node %q", n.Name, name)
			}
			waiting[i]++
			followers[before] = append(followers[before], i)
		}
		if waiting[i] == 0 {
			order = append(order, i)
		}
	}
	for next := 0; next < len(order); next++ {
		for _, i := range followers[order[next]] {
			if waiting[i]--; waiting[i] == 0 {
				order = append(order, i)
			}
		}
	}
	if len(order) < len(w.Nodes) {
		return nil, fault.Invalid.New("nodes: %s wait for each other", w.cycle(waiting, places))
	}
	return order, nil
}

// mostShown is how many nodes of a cycle are named.
const mostShown = 20

// cycle is a path through nodes that wait for each other: of each node that waits still, one that it comes after waits as well.
func (w Workflow) cycle(waiting []int, places map[string]int) string {
	at := slices.IndexFunc(waiting, func(n int) bool { return n > 0 })
	met := make(map[int]int)
	var path []int
	for {
		if begin, again := met[at]; again {
			path = append(path[begin:], at)
			break
		}
		met[at] = len(path)
		path = append(path, at)
		for _, name := range w.Nodes[at].After {
			if before := places[name]; waiting[before] > 0 {
				at = before
				break
			}
		}
	}
	slices.Reverse(path)
	names := make([]string, len(path))
	for i, place := range path {
		names[i] = w.Nodes[place].Name
	}
	if len(names) > mostShown {
		names = append(append(names[:mostShown-2:mostShown-2], "…"), names[len(names)-1])
	}
	return strings.Join(names, " → ")
}
