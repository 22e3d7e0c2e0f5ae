package dag

import (
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// reserved are names that DAGMan keeps for itself, in any case of their letters.
var reserved = map[string]bool{"parent": true, "child": true, "all_nodes": true}

// mostQueued is MAX_JOBS_PER_SUBMISSION of a pool that says nothing else. DAGMan makes all tasks of a node at once.
const mostQueued = 20_000

// Refuse tells what of a workflow DAGMan cannot do, or HTCondor cannot bring to its tasks as it stands.
func (p *Plan) Refuse() error {
	if err := p.Root.refuse(); err != nil {
		return err
	}
	for _, l := range p.Leaves {
		err := description.Refuse(l.Job)
		if tasks := l.Job.Tasks(); err == nil && tasks > mostQueued {
			err = fault.Invalid.New("array: %d tasks; DAGMan can hand over %d in one node: make several nodes of them", tasks, mostQueued)
		}
		if err != nil {
			return fmt.Errorf("node %q: %w", l.Name, err)
		}
	}
	return nil
}

func (g *Group) refuse() error {
	for _, m := range g.Members {
		if err := m.refuse(g.Spliced); err != nil {
			return fmt.Errorf("node %q: %w", m.Name, err)
		}
		if m.Group != nil {
			if err := m.Group.refuse(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Member) refuse(spliced bool) error {
	switch n := m.Node; {
	case reserved[strings.ToLower(n.Name)]:
		return fault.Invalid.New("DAGMan keeps the name %q for itself", n.Name)
	case n.Kind == scheduler.FinalNode && spliced:
		return fault.Unsupported.New("kind: DAGMan takes no workflow in (splice) that has a final node")
	case n.Kind == scheduler.FinalNode && n.Retries > 0:
		return fault.Unsupported.New("retries: DAGMan runs a final node once")
	}
	return nil
}

// Scripted is the name of the first node, here or in a workflow within, that has a script; "": none.
func (g *Group) Scripted() string {
	for _, m := range g.Members {
		if m.Node.Pre != nil || m.Node.Post != nil {
			return m.Name
		}
		if m.Group == nil {
			continue
		}
		if name := m.Group.Scripted(); name != "" {
			return name
		}
	}
	return ""
}
