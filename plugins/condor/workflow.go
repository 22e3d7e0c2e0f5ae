package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

var _ scheduler.WorkflowRunner = (*driver)(nil)

// A workflow is a DAGMan: a job of the schedd that hands over the jobs of the nodes, each into its own folder, with the marks by which their events are known
// (package dag). Its identifier is CLUSTER.dag, and so tells workflows from jobs; task i of the whole is a task of the job that has it.
const workflowSuffix = ".dag"

func isWorkflow(id scheduler.ID) bool { return strings.HasSuffix(string(id), workflowSuffix) }

// dagCluster is the number of the DAGMan's cluster.
func dagCluster(id scheduler.ID) (int, error) {
	number, found := strings.CutSuffix(string(id), workflowSuffix)
	cluster, err := strconv.Atoi(number)
	if !found || err != nil || cluster < 0 {
		return 0, fault.Invalid.New("workflow %q: an identifier of this driver is CLUSTER%s", id, workflowSuffix)
	}
	return cluster, nil
}

// SubmitWorkflow stages all files of the graph, and has DAGMan run it.
//
// The script is idempotent: see scripts/workflow.sh.
func (d *driver) SubmitWorkflow(ctx context.Context, w scheduler.Workflow) (scheduler.ID, error) {
	if !scheduler.ValidToken(w.Token) {
		return "", fault.Invalid.New("%q is no token", w.Token)
	}
	plan := dag.NewPlan(w)
	if err := plan.Refuse(); err != nil {
		return "", err
	}
	if node := plan.Root.Scripted(); node != "" && d.noScripts {
		return "", fault.Denied.New("node %q: the operator of this scheduler does not allow pre and post scripts", node)
	}
	var inputs strings.Builder
	inputs.WriteString("inputs() {\n\t:\n")
	for _, l := range plan.Leaves {
		l.Job = d.withDefaults(l.Job)
		if err := d.refuse(l.Job); err != nil {
			return "", fmt.Errorf("node %q: %w", l.Name, err)
		}
		for _, in := range l.Job.Inputs {
			fmt.Fprintf(&inputs, "\tinput %s %d %s\n", l.Job.Token, in.Size, words(in.Name))
		}
	}
	inputs.WriteString("}\n")
	p, err := d.at(ctx)
	if err != nil {
		return "", err
	}
	at := dag.Place{Jobs: path.Join(p.dir, "jobs"), Log: p.log()}
	var files bytes.Buffer
	err = plan.Write(&files, at, func(job scheduler.Job) ([]byte, error) {
		return json.Marshal(facts{Tasks: job.Tasks(), Outputs: job.Outputs})
	})
	if err != nil {
		return "", err
	}
	job := p.job(w.Token)
	if err := d.point.Put(ctx, path.Join(job, "graph.tar"), path.Join(job, "parts"), 0o600, &files); err != nil {
		return "", d.fileFault(err, "the files of the workflow")
	}
	answer, err := d.ask(ctx, script{
		name: "condor_submit_dag", file: "workflow", hands: true,
		define: inputs.String() + heredoc("write_head", plan.Head(at)),
		call:   words("submit_workflow", w.Token, strconv.Itoa(plan.Tasks()), strconv.Itoa(w.MaxNodes)),
	})
	if err != nil {
		return "", d.workflowRefusal(err)
	}
	id := scheduler.ID(strings.TrimSpace(answer["cluster"]))
	if _, err := dagCluster(id); err != nil {
		return "", fault.Unavailable.New("%s: condor_submit_dag: nothing tells whether the workflow was taken: %q", d.point, id)
	}
	return id, nil
}

// The exit codes of workflow.sh, after sysexits.h, that are its own.
const (
	exitMissingInput = 66
	exitGone         = 78
)

// workflowRefusal tells why a workflow was not handed over.
func (d *driver) workflowRefusal(err error) error {
	var failed *access.ScriptError
	if errors.As(err, &failed) {
		switch failed.Code {
		case exitMissingInput:
			return fault.Conflict.New("input %q has not been uploaded whole: upload it again and then submit again", failed.Stderr)
		case exitGone:
			return fault.Conflict.New("%s: %s", d.point, failed.Stderr)
		}
	}
	return refusal(err)
}

// sorted tells workflows from jobs. What is being handed over just now is neither; of what the host does not know the identifier, it is looked up.
func (d *driver) sorted(ctx context.Context, refs []scheduler.Ref) (jobs, workflows []scheduler.Ref, err error) {
	unknown := make(map[string]*inquiry)
	for _, ref := range refs {
		if !scheduler.ValidToken(ref.Token) {
			return nil, nil, fault.Invalid.New("job %s: %q is no token", ref.ID, ref.Token)
		}
		if ref.ID == "" {
			unknown[ref.Token] = &inquiry{ref: ref}
		}
	}
	asked := len(unknown)
	if asked > 0 {
		if _, err := d.at(ctx); err != nil {
			return nil, nil, err
		}
		if err := d.identify(ctx, unknown); err != nil {
			return nil, nil, err
		}
	}
	for _, ref := range refs {
		if ref.ID == "" {
			i, there := unknown[ref.Token]
			if !there {
				continue
			}
			ref = i.ref
		}
		if isWorkflow(ref.ID) {
			workflows = append(workflows, ref)
		} else {
			jobs = append(jobs, ref)
		}
	}
	return jobs, workflows, nil
}
