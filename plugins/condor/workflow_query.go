package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Query asks about jobs and workflows. How it does about jobs: see queryJobs.
func (d *driver) Query(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	jobs, workflows, err := d.sorted(ctx, q.Jobs)
	if err != nil {
		return err
	}
	if err := d.queryJobs(ctx, scheduler.Query{Jobs: jobs}, yield); err != nil || len(workflows) == 0 {
		return err
	}
	engines, err := d.engines(ctx, workflows)
	if err != nil {
		return err
	}
	queue, err := d.nodeJobs(ctx, workflows)
	if err != nil {
		return err
	}
	for _, ref := range workflows {
		engine, told := engines[ref.Token]
		if !told {
			continue
		}
		all, err := d.surveyOf(ctx, ref, engine, queue)
		if err != nil {
			return err
		}
		for _, s := range all {
			if err := yield(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// engines says where the DAGMans stand, which are jobs as others are. This comes before their files are read: what they have left open then stays so.
func (d *driver) engines(ctx context.Context, workflows []scheduler.Ref) (map[string]scheduler.Status, error) {
	if _, err := d.at(ctx); err != nil {
		return nil, err
	}
	var refs []scheduler.Ref
	for _, ref := range workflows {
		cluster, err := dagCluster(ref.ID)
		if err != nil {
			return nil, err
		}
		n := number{cluster, 0}
		d.index.note(n, ref.Token, 1)
		refs = append(refs, scheduler.Ref{ID: n.id(), Token: ref.Token, Tasks: 1})
	}
	engines := make(map[string]scheduler.Status, len(refs))
	err := d.queryJobs(ctx, scheduler.Query{Jobs: refs}, func(s scheduler.Status) error {
		engines[s.Token] = s
		return nil
	})
	return engines, err
}

// surveyOf says where all tasks of a workflow stand, whose DAGMan stands so.
// queue has the jobs of nodes that the schedd had after that, or is nil where it has not been asked.
func (d *driver) surveyOf(ctx context.Context, ref scheduler.Ref, engine scheduler.Status, queue nodeQueue) ([]scheduler.Status, error) {
	f, err := d.flow(ctx, ref)
	if fault.Of(err) == fault.NotFound {
		// Its files were removed: nobody knows more.
		why := "what was kept of the workflow is gone from the access point"
		return []scheduler.Status{{ID: ref.ID, Token: ref.Token, Count: max(ref.Tasks, 1), State: scheduler.Lost, Reason: why}}, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := f.refresh(ctx); err != nil {
		return nil, err
	}
	if engine.State.Terminal() {
		if !f.started() {
			engine.Reason = because(engine.Reason, d.lastWords(ctx, f))
		}
		if queue == nil && f.open() {
			// Jobs that DAGMan has left behind are removed by the schedd. What is neither there nor has an end afterwards will never have one.
			if queue, err = d.nodeJobs(ctx, []scheduler.Ref{ref}); err != nil {
				return nil, err
			}
			if _, err := f.refresh(ctx); err != nil {
				return nil, err
			}
		}
	}
	all := f.survey(engine, queue)
	if engine.State.Terminal() && !anyOpen(all) {
		d.forget(ref.Token)
	}
	return all, nil
}

func anyOpen(all []scheduler.Status) bool {
	for _, s := range all {
		if !s.State.Terminal() {
			return true
		}
	}
	return false
}

// started tells whether a DAGMan has begun to run the graph.
func (f *flow) started() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	own := f.nodes[0][""]
	return own != nil && own.started
}

// open tells whether a job of a node was begun and has not ended.
func (f *flow) open() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, run := range f.last {
		for _, s := range run.tasks {
			if !s.State.Terminal() {
				return true
			}
		}
	}
	return false
}

// nodeQueue is the JobStatus of the jobs of nodes that are in the schedd's queue.
type nodeQueue map[number]int

// nodeJobs asks the schedd once.
func (d *driver) nodeJobs(ctx context.Context, workflows []scheduler.Ref) (nodeQueue, error) {
	constraint := dag.WorkflowAttribute + " isnt undefined"
	if len(workflows) <= mostNamed {
		terms := make([]string, len(workflows))
		for i, ref := range workflows {
			terms[i] = fmt.Sprintf("%s =?= %q", dag.WorkflowAttribute, ref.Token)
		}
		constraint = strings.Join(terms, " || ")
	}
	answer, err := d.ask(ctx, script{name: "condor_q", file: "workflow", call: words("node_jobs", constraint)})
	if err != nil {
		return nil, err
	}
	queue := make(nodeQueue)
	for line := range strings.Lines(answer["jobs"]) {
		var n number
		var status int
		if got, _ := fmt.Sscan(line, &n.cluster, &n.proc, &status); got == 3 {
			queue[n] = status
		}
	}
	return queue, nil
}

// complaint finds what a DAGMan says of why it gives up: "11/22/26 22:31:10 ERROR: main.dag (line 2): …".
var complaint = regexp.MustCompile(`^[0-9/]+ [0-9:.]+ (.*\b(?:ERROR|Error)\b.*|Failed to .*)$`)

// mostComplaints is how many lines of them are told.
const mostComplaints = 3

// lastWords are those of a DAGMan that has never begun.
func (d *driver) lastWords(ctx context.Context, f *flow) string {
	p, err := d.at(ctx)
	if err != nil {
		return ""
	}
	text, _, err := d.since(ctx, path.Join(p.job(f.ref.Token), f.plan.Graphs[0].Talk()), 0)
	if errors.Is(err, fs.ErrNotExist) || err != nil {
		return ""
	}
	var said []string
	for line := range strings.Lines(string(text)) {
		if m := complaint.FindStringSubmatch(strings.TrimSpace(line)); m != nil && len(said) < mostComplaints && !strings.HasPrefix(m[1], "Daemon Log") && !strings.HasPrefix(m[1], "Running: ") {
			said = append(said, m[1])
		}
	}
	return strings.Join(said, "; ")
}
