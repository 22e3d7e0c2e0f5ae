package serve

import (
	"context"
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// plain is a driver that takes no options.
type plain struct{ scheduler.Driver }

func (plain) Submit(context.Context, scheduler.Job) (scheduler.ID, error) { return "1", nil }
func (plain) SubmitWorkflow(context.Context, scheduler.Workflow) (scheduler.ID, error) {
	return "1", nil
}

// choosy takes the option "rank" only.
type choosy struct{ plain }

func (choosy) CheckOptions(options map[string]any) error {
	for name := range options {
		if name != "rank" {
			return fault.Denied.New("option %q is not allowed here", name)
		}
	}
	return nil
}

// Options come to a driver that takes them, and as its own words say; of any other they are refused, by their names.
func TestOptions(t *testing.T) {
	t.Parallel()
	with := func(names ...string) map[string]*structpb.Value {
		options := map[string]*structpb.Value{}
		for _, name := range names {
			options[name] = structpb.NewStringValue("x")
		}
		return options
	}
	for name, c := range map[string]struct {
		driver  scheduler.Driver
		options map[string]*structpb.Value
		kind    fault.Kind
		words   string
	}{
		"none, of one that takes none": {plain{}, nil, "", ""},
		"of one that takes none":       {plain{}, with("rank", "queue"), fault.Unsupported, "takes none, and so not queue, rank"},
		"taken":                        {choosy{}, with("rank"), "", ""},
		"refused":                      {choosy{}, with("rank", "shell"), fault.Denied, `option "shell" is not allowed here`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known := only(c.driver)
			job := func() *schedulerv1.Job { return &schedulerv1.Job{Token: "t", Command: "x", Options: c.options} }
			_, asJob := (&schedulerServer{instances: known}).Submit(t.Context(), &schedulerv1.SubmitRequest{Instance: ref(), Job: job()})
			submit := func(w *schedulerv1.Workflow) error {
				_, err := (&workflowsServer{instances: known}).SubmitWorkflow(t.Context(), &schedulerv1.SubmitWorkflowRequest{Instance: ref(), Workflow: w})
				return err
			}
			node := &schedulerv1.Node{Name: "n", Job: job()}
			for where, err := range map[string]error{
				"a job":                  asJob,
				"a node":                 submit(&schedulerv1.Workflow{Token: "t", Nodes: []*schedulerv1.Node{node}}),
				"a node of an inner one": submit(&schedulerv1.Workflow{Token: "t", Nodes: []*schedulerv1.Node{{Name: "in", Workflow: &schedulerv1.Workflow{Nodes: []*schedulerv1.Node{node}}}}}),
			} {
				if c.kind == "" && err != nil || c.kind != "" && (!errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.words)) {
					t.Errorf("%s: %v; want %s, %q", where, err, c.kind, c.words)
				}
			}
		})
	}
}
