package scheduler

import "github.com/oceanid/oceanid/sdk/fault"

// CheckPlain is for engines that know nodes, jobs and After only: it tells the first thing that a workflow asks for beyond these, as fault.Unsupported
// naming the field.
func (w Workflow) CheckPlain() error {
	switch {
	case len(w.Options) > 0:
		return beyond("options")
	case len(w.Throttles) > 0:
		return beyond("throttles")
	case w.MaxNodes != 0:
		return beyond("max_nodes")
	}
	for _, n := range w.Nodes {
		for _, asked := range []struct {
			field string
			there bool
		}{
			{"kind", n.Kind != ""}, {"workflow", n.Workflow != nil}, {"vars", len(n.Vars) > 0}, {"retries", n.Retries != 0}, {"unless_exit", n.UnlessExit != nil},
			{"priority", n.Priority != 0}, {"category", n.Category != ""}, {"pre", n.Pre != nil}, {"post", n.Post != nil}, {"pre_skip", n.PreSkip != nil},
			{"abort_on", n.AbortOn != nil},
		} {
			if asked.there {
				return fault.Unsupported.New("node %q: %w", n.Name, beyond(asked.field))
			}
		}
	}
	return nil
}

func beyond(field string) error {
	return fault.Unsupported.New("%s: this pool's engine has nothing of the kind; leave it out", field)
}
