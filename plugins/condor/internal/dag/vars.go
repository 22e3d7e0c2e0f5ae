package dag

import (
	"maps"
	"regexp"
	"slices"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

var variable = regexp.MustCompile(`\$\([A-Za-z_][A-Za-z0-9_]*\)`)

// withVars is the node with its variables put in. A name that it does not have stays as it stands, and so does what a value holds.
func withVars(n scheduler.Node) scheduler.Node {
	if len(n.Vars) == 0 {
		return n
	}
	put := func(s string) string {
		return variable.ReplaceAllStringFunc(s, func(use string) string {
			if value, there := n.Vars[use[2:len(use)-1]]; there {
				return value
			}
			return use
		})
	}
	each := func(list []string) []string {
		list = slices.Clone(list)
		for i := range list {
			list[i] = put(list[i])
		}
		return list
	}
	n.Job.Args = each(n.Job.Args)
	n.Job.Env = maps.Clone(n.Job.Env)
	for name, value := range n.Job.Env {
		n.Job.Env[name] = put(value)
	}
	if n.Job.Array != nil {
		array := *n.Job.Array
		array.Args = slices.Clone(array.Args)
		for i := range array.Args {
			array.Args[i] = each(array.Args[i])
		}
		n.Job.Array = &array
	}
	for _, script := range []**scheduler.Command{&n.Pre, &n.Post} {
		if *script != nil {
			*script = &scheduler.Command{Command: (*script).Command, Args: each((*script).Args)}
		}
	}
	return n
}
