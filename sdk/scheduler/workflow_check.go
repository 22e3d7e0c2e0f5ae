package scheduler

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
)

const (
	// deepestWorkflow is how many workflows may be one within the other.
	deepestWorkflow = 8
	// mostTasks bounds the tasks of a workflow, so that their sum is a number that every part of the system can carry.
	mostTasks = 10_000_000
	// hostToken is the length of the longest token that a host gives, of which those of the nodes are made.
	hostToken = 40
	// longestToken is that of tokenRule.
	longestToken = 64
	// highestExit is the highest exit code there is.
	highestExit = 255
)

var nodeName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$`)

// Check tells what no pool could carry, as [Job.Check] does: besides the jobs' own mistakes, names that are none or are used twice, nodes that wait for each
// other (named as a path), settings that contradict each other, and workflows within workflows so deep that no token is left for their nodes.
func (w Workflow) Check() error {
	own := len(w.Token)
	if own == 0 {
		own = hostToken
	}
	return w.check(1, longestToken-own)
}

// check is Check at a depth, of nodes whose tokens may be so much longer than the whole's.
func (w Workflow) check(depth, room int) error {
	if depth > deepestWorkflow {
		return fault.Invalid.New("workflow: %d of them one within the other; at most %d", depth, deepestWorkflow)
	}
	if len(w.Nodes) == 0 {
		return fault.Invalid.New("nodes: a workflow needs one")
	}
	if err := w.checkOwn(depth); err != nil {
		return err
	}
	kinds := make(map[string]NodeKind, len(w.Nodes))
	final := ""
	for i, n := range w.Nodes {
		if !nodeName.MatchString(n.Name) {
			return fault.Invalid.New("nodes: %q is not a name: [A-Za-z0-9_][A-Za-z0-9_.-]*, at most 64 bytes", n.Name)
		}
		if _, twice := kinds[n.Name]; twice {
			return fault.Invalid.New("nodes: %q is there twice", n.Name)
		}
		kinds[n.Name] = n.Kind
		if n.Kind == FinalNode {
			if final != "" {
				return fault.Invalid.New("nodes: %q and %q are both final; there is at most one", final, n.Name)
			}
			final = n.Name
		}
		if err := n.check(depth, room-len(fmt.Sprintf("-%d", i))); err != nil {
			return fmt.Errorf("node %q: %w", n.Name, err)
		}
	}
	for _, n := range w.Nodes {
		seen := make(map[string]bool, len(n.After))
		for _, name := range n.After {
			switch kind, there := kinds[name]; {
			case !there:
				return fault.Invalid.New("node %q: after: there is no node %q", n.Name, name)
			case kind != "":
				return fault.Invalid.New("node %q: after: %q is a %s node, which none can come after", n.Name, name, kind)
			case seen[name]:
				return fault.Invalid.New("node %q: after: %q is there twice", n.Name, name)
			}
			seen[name] = true
		}
	}
	if tasks := w.Tasks(); tasks > mostTasks || tasks < 1 {
		return fault.Invalid.New("nodes: they have %d tasks together; at most %d", tasks, mostTasks)
	}
	_, err := w.Order()
	return err
}

// checkOwn looks at what is not the nodes'.
func (w Workflow) checkOwn(depth int) error {
	for _, c := range []struct{ field, value string }{{"name", w.Name}, {"user", w.User}} {
		if err := oneLine(c.field, c.value); err != nil {
			return err
		}
	}
	if depth > 1 && (w.Key != "" || w.User != "" || len(w.Groups) > 0 || len(w.Labels) > 0 || len(w.Policy.Retry) > 0 || w.Policy.QueueWait != 0 || w.Policy.RunTime != 0 || w.Policy.Results != "" || w.Policy.ResultsLimit != 0) {
		return fault.Invalid.New("workflow: one within another has no key, user, groups, labels or policy of its own; give them to the outermost")
	}
	if w.MaxNodes < 0 {
		return fault.Invalid.New("max_nodes: %d; 0 is no limit", w.MaxNodes)
	}
	for category, most := range w.Throttles {
		if !nodeName.MatchString(category) {
			return fault.Invalid.New("throttles: %q is not a name: [A-Za-z0-9_][A-Za-z0-9_.-]*, at most 64 bytes", category)
		}
		if most < 1 {
			return fault.Invalid.New("throttles: %d nodes of category %q; at least 1", most, category)
		}
	}
	if len(w.Policy.Retry) > 0 {
		return fault.Invalid.New("policy: a workflow's nodes have retries in place of rules")
	}
	if err := w.Policy.Check(1); err != nil {
		return err
	}
	if err := checkOptionKinds(w.Options); err != nil {
		return err
	}
	return checkLabels(w.Labels)
}

// checkOptionKinds tells of values that no driver could be given.
func checkOptionKinds(options map[string]any) error {
	for name, value := range options {
		if err := oneLine("options", name); err != nil {
			return err
		}
		switch v := value.(type) {
		case string:
			if err := text("options "+name, v); err != nil {
				return err
			}
		case []string:
			for _, one := range v {
				if err := text("options "+name, one); err != nil {
					return err
				}
			}
		case []any:
			for _, one := range v {
				s, is := one.(string)
				if !is {
					return fault.Invalid.New("options: %q holds a list with a %T; a list holds strings", name, one)
				}
				if err := text("options "+name, s); err != nil {
					return err
				}
			}
		case float64:
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fault.Invalid.New("options: %q is %g, which is no number that a pool could be given", name, v)
			}
		case bool, int, int64:
		default:
			return fault.Invalid.New("options: %q is a %T; it is a string, a boolean, a number, or a list of strings", name, value)
		}
	}
	return nil
}

// checkCommand looks at a script of a node whose job has these inputs.
func checkCommand(field string, c *Command, inputs []Input) error {
	if c == nil {
		return nil
	}
	if err := oneLine(field, c.Command); err != nil {
		return err
	}
	if name, ok := strings.CutPrefix(c.Command, "./"); ok {
		for _, in := range inputs {
			if in.Name == name {
				return checkArgs(field, c.Args)
			}
		}
		return fault.Invalid.New("%s: %q is not one of the inputs of the node's job", field, c.Command)
	}
	if !strings.HasPrefix(c.Command, "/") {
		return fault.Invalid.New("%s: command %q: write an absolute path, or ./NAME of an input of the node's job", field, c.Command)
	}
	return checkArgs(field, c.Args)
}
