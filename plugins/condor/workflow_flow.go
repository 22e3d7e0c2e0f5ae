package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// flow is what is known of one workflow. It is read from its files, each byte once, and can be forgotten at any time.
type flow struct {
	driver *driver
	ref    scheduler.Ref
	plan   *dag.Plan

	mu sync.Mutex
	// read tells how far the journal and the events of each graph have been read.
	read []reading
	// nodes are what the journals say, by graph and name, runs what the logs of events say of each cluster, and last the latest of each leaf.
	nodes []map[string]*record
	runs  map[int]*nodeRun
	last  map[*dag.Leaf]*nodeRun
}

type reading struct{ journal, events int64 }

// nodeRun is one cluster of a node's job.
type nodeRun struct {
	leaf    *dag.Leaf
	cluster int
	tasks   map[int]scheduler.Status
}

// flow is the workflow's, read from what was kept when it was submitted; an error of one that is not there is fault.NotFound.
func (d *driver) flow(ctx context.Context, ref scheduler.Ref) (*flow, error) {
	d.mu.Lock()
	f := d.flows[ref.Token]
	d.mu.Unlock()
	if f != nil {
		return f, nil
	}
	p, err := d.at(ctx)
	if err != nil {
		return nil, err
	}
	text, _, err := d.since(ctx, path.Join(p.job(ref.Token), dag.SpecFile), 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notHere(d, ref.Token)
	}
	if err != nil {
		return nil, err
	}
	var w scheduler.Workflow
	if err := json.Unmarshal(text, &w); err != nil || len(w.Nodes) == 0 {
		return nil, fault.Internal.New("what is kept of the workflow %s cannot be read: %w", ref.Token, err)
	}
	w.Token = ref.Token
	plan := dag.NewPlan(w)
	ref.Tasks = plan.Tasks()
	f = &flow{driver: d, ref: ref, plan: plan, runs: make(map[int]*nodeRun), last: make(map[*dag.Leaf]*nodeRun), read: make([]reading, len(plan.Graphs))}
	for range plan.Graphs {
		f.nodes = append(f.nodes, make(map[string]*record))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.flows[ref.Token]; known != nil {
		return known, nil
	}
	if d.flows == nil || len(d.flows) >= mostFlows {
		d.flows = make(map[string]*flow)
	}
	d.flows[ref.Token] = f
	return f, nil
}

// mostFlows is how many are remembered, to be read on instead of anew.
const mostFlows = 1000

// forget drops what is remembered of a workflow.
func (d *driver) forget(token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.flows, token)
}

// since is what a file holds from an offset on, and how long it is.
func (d *driver) since(ctx context.Context, file string, offset int64) (text []byte, size int64, err error) {
	f, err := d.point.Open(ctx, file)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() <= offset {
		if err == nil {
			size = info.Size()
		}
		return nil, size, err
	}
	text, err = io.ReadAll(io.NewSectionReader(f, offset, info.Size()-offset))
	return text, info.Size(), err
}

// refresh reads what is new; changed tells whether anything was.
func (f *flow) refresh(ctx context.Context) (changed bool, err error) {
	p, err := f.driver.at(ctx)
	if err != nil {
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	folder := p.job(f.ref.Token)
	for i, graph := range f.plan.Graphs {
		r := &f.read[i]
		// The journal first: it lags behind the events, from which it follows.
		more, err := f.add(ctx, path.Join(folder, graph.Journal()), &r.journal, func(text []byte, _ int64) int64 { return f.addJournal(i, text) })
		if err != nil {
			return changed, err
		}
		changed = changed || more
		more, err = f.add(ctx, path.Join(folder, graph.Events()), &r.events, func(text []byte, from int64) int64 { return f.addEvents(text, from, p.zone) })
		if err != nil {
			return changed, err
		}
		changed = changed || more
	}
	return changed, nil
}

// add reads on in a file; take tells how much of what was read is whole.
func (f *flow) add(ctx context.Context, file string, offset *int64, take func(text []byte, from int64) int64) (more bool, err error) {
	text, size, err := f.driver.since(ctx, file, *offset)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if size < *offset {
		// A DAGMan that runs a graph within the graph once more begins a new one.
		*offset = 0
		if text, _, err = f.driver.since(ctx, file, 0); err != nil {
			return false, err
		}
	}
	if len(text) == 0 {
		return false, nil
	}
	taken := take(text, *offset)
	*offset += taken
	return taken > 0, nil
}

func (f *flow) addJournal(graph int, text []byte) int64 {
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	for line := range strings.Lines(string(text)) {
		e, ok := dag.ParseEntry(line)
		if !ok {
			continue
		}
		r := f.nodes[graph][e.Node]
		if r == nil {
			r = &record{failed: make(map[int]bool)}
			f.nodes[graph][e.Node] = r
		}
		r.add(e)
	}
	return int64(len(text))
}

func (f *flow) addEvents(text []byte, from int64, zone *time.Location) int64 {
	events := eventlog.NewReader(bytes.NewReader(text), 0, zone)
	end := int64(0)
	for {
		e, err := events.Next()
		if err != nil {
			return end
		}
		end = e.End
		f.addEvent(e)
	}
}

func (f *flow) addEvent(e eventlog.Event) {
	if e.Code == eventlog.Submit {
		if n, ok := dag.ParseNotes(e.Body); ok && n.Node && n.Token == f.ref.Token && f.runs[e.Cluster] == nil {
			if leaf := f.plan.LeafOf(n.First); leaf != nil {
				run := &nodeRun{leaf: leaf, cluster: e.Cluster, tasks: make(map[int]scheduler.Status)}
				f.runs[e.Cluster] = run
				f.last[leaf] = run
			}
		}
	}
	run := f.runs[e.Cluster]
	if run == nil {
		return
	}
	// DAGMan removes what it believes it has left when it ends, and the schedd may still have a job of which the end is written already: two ends are told then.
	if s, ok := nodeNews(e, f.ref, run.leaf.First, run.leaf.Job.Tasks()); ok && !run.tasks[s.Task].State.Terminal() {
		if s.Node == "" && s.State != scheduler.Queued && s.State != scheduler.Held {
			s.Node = run.tasks[s.Task].Node // the event of an end does not say it again
		}
		run.tasks[s.Task] = s
	}
}

// nodeNews is what an event of a node's job tells about tasks of the whole.
func nodeNews(e eventlog.Event, whole scheduler.Ref, first, tasks int) (scheduler.Status, bool) {
	if e.Proc < 0 || e.Proc >= tasks {
		return scheduler.Status{}, false
	}
	s, ok := news(e, owner{token: whole.Token, tasks: tasks})
	s.ID, s.Token, s.Task, s.Count = whole.ID, whole.Token, first+e.Proc, 1
	return s, ok
}
