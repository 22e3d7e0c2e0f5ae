package main

import (
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Scripts of nodes run on the access point: an operator can have them refused, however deep they are.
func TestScriptsThatTheOperatorDoesNotAllow(t *testing.T) {
	t.Parallel()
	d := open(t, Config{NoScripts: true, Directory: t.TempDir()})
	inner := run("inner", "true")
	inner.Post = &scheduler.Command{Command: "/bin/true"}
	for name, node := range map[string]scheduler.Node{
		"pre":     {Name: "pre", Job: scheduler.Job{Command: "true"}, Pre: &scheduler.Command{Command: "/bin/true"}},
		"inner":   {Name: "own", Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{inner}}},
		"s+inner": {Name: "s", Splice: true, Workflow: &scheduler.Workflow{Nodes: []scheduler.Node{inner}}},
	} {
		_, err := d.SubmitWorkflow(t.Context(), scheduler.Workflow{Token: newToken(), Nodes: []scheduler.Node{run("a", "true"), node}})
		wantFault(t, err, fault.Denied, `"`+name+`"`, "scripts")
	}
}
