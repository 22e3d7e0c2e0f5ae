package main

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// lookAtWorkflows is how often the journals of workflows that have not ended are looked at. DAGMan writes them once a second.
const lookAtWorkflows = time.Second

// flows follows workflows beside one call of Watch. What their jobs' events tell comes by the event log; what DAGMan decides, by its journals.
type flows struct {
	driver *driver
	yield  func(scheduler.Event) error

	mu     sync.Mutex // held while something is told
	cursor scheduler.Cursor
	notes  map[int]dag.Note
	// active are the workflows whose end has not been told, and told what has been told of the end of their tasks.
	active map[string]scheduler.ID
	told   map[string]map[int]bool
	// ending are those whose DAGMan has ended before the jobs of its nodes: how it has.
	ending map[string]scheduler.Status
}

// Watch follows jobs and workflows. How it does jobs: see watchJobs.
func (d *driver) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	if _, err := d.at(ctx); err != nil {
		return err
	}
	w := &flows{driver: d, yield: yield, cursor: from, notes: make(map[int]dag.Note), active: make(map[string]scheduler.ID), told: make(map[string]map[int]bool), ending: make(map[string]scheduler.Status)}
	if err := w.begin(ctx, from != ""); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var err error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer stop()
		err = w.follow(ctx)
	}()
	jobs := d.watchJobs(ctx, from, w)
	stop()
	<-ended
	if err != nil {
		return err
	}
	return jobs
}

// begin finds the workflows that have not ended and, for one who does not read the event log from its beginning, whose the clusters are that it tells of.
func (w *flows) begin(ctx context.Context, notes bool) error {
	answer, err := w.driver.ask(ctx, script{name: "look for workflows", file: "workflow", call: words("active_workflows", fmt.Sprint(notes))})
	if err != nil {
		return err
	}
	for line := range strings.Lines(answer["active"]) {
		if token, id, found := strings.Cut(strings.TrimSpace(line), " "); found && scheduler.ValidToken(token) {
			w.active[token] = scheduler.ID(id)
		}
	}
	for line := range strings.Lines(answer["notes"]) {
		number, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		var cluster int
		if got, _ := fmt.Sscan(number, &cluster); got != 1 {
			continue
		}
		if n, ok := dag.ParseNote(text); ok && w.active[n.Token] != "" {
			w.notes[cluster] = n
		}
	}
	return nil
}

// pass tells what the event log has told of a job.
func (w *flows) pass(e scheduler.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cursor = e.Cursor
	return w.yield(e)
}

// tell tells what an event says of a workflow; mine is false for one that is of none.
func (w *flows) tell(ctx context.Context, e eventlog.Event, cursor scheduler.Cursor) (mine bool, err error) {
	if e.Code == eventlog.Submit {
		if n, ok := dag.ParseNotes(e.Body); ok {
			w.note(e.Cluster, n)
		}
	}
	w.mu.Lock()
	n, mine := w.notes[e.Cluster]
	if mine {
		w.cursor = cursor
	}
	ref := scheduler.Ref{ID: w.active[n.Token], Token: n.Token, Tasks: n.Tasks}
	w.mu.Unlock()
	if !mine {
		return false, nil
	}
	if !n.Node {
		return true, w.tellEngine(ctx, e, ref)
	}
	s, ok := nodeNews(e, ref, n.First, n.Tasks)
	if !ok {
		return true, nil
	}
	if s.State.Terminal() && n.Judged {
		s = judged(s)
	}
	if !s.State.Terminal() && w.over(s) {
		return true, nil
	}
	return true, w.yieldAll([]scheduler.Status{s}, false)
}

// over tells whether the task's end has been told, from DAGMan's own files: the event log may come to it later.
func (w *flows) over(s scheduler.Status) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told[s.Token][s.Task]
}

func (w *flows) note(cluster int, n dag.Note) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes[cluster] = n
	if !n.Node {
		w.active[n.Token] = scheduler.ID(fmt.Sprint(cluster, workflowSuffix))
	}
}

// tellEngine tells what becomes of a workflow when something happens to its DAGMan.
func (w *flows) tellEngine(ctx context.Context, e eventlog.Event, ref scheduler.Ref) error {
	switch e.Code {
	case eventlog.Submit:
		return w.yieldAll([]scheduler.Status{{ID: ref.ID, Token: ref.Token, Count: ref.Tasks, State: scheduler.Queued, Time: e.Time}}, false)
	case eventlog.Terminated, eventlog.Aborted, eventlog.Held, eventlog.Released:
	default:
		return nil
	}
	if ref.ID == "" {
		ref.ID = scheduler.ID(fmt.Sprint(e.Cluster, workflowSuffix))
	}
	engine, ok := news(e, owner{token: ref.Token, tasks: 1})
	if !ok {
		return nil
	}
	return w.survey(ctx, ref, engine, false)
}

// survey tells where the tasks of a workflow stand, or only those that have ended and were not told.
func (w *flows) survey(ctx context.Context, ref scheduler.Ref, engine scheduler.Status, ends bool) error {
	all, err := w.driver.surveyOf(ctx, ref, engine, nil)
	if err != nil {
		return err
	}
	return w.conclude(ctx, ref, engine, all, ends)
}

// conclude tells what a survey has found, and is done with a workflow that has ended. One whose DAGMan has ended first, as when it is removed, follow surveys again.
func (w *flows) conclude(ctx context.Context, ref scheduler.Ref, engine scheduler.Status, all []scheduler.Status, ends bool) error {
	open := anyOpen(all)
	if engine.State.Terminal() && open {
		w.mu.Lock()
		w.ending[ref.Token] = engine
		w.mu.Unlock()
	}
	if err := w.yieldAll(all, ends); err != nil || open || !engine.State.Terminal() {
		return err
	}
	w.mu.Lock()
	delete(w.active, ref.Token)
	delete(w.told, ref.Token)
	delete(w.ending, ref.Token)
	maps.DeleteFunc(w.notes, func(_ int, n dag.Note) bool { return n.Token == ref.Token })
	w.mu.Unlock()
	_, err := w.driver.ask(ctx, script{name: "end a workflow", file: "workflow", call: words("told_workflows", ref.Token)})
	return err
}

// yieldAll tells statuses; of ends only those of tasks of which that was not told.
func (w *flows) yieldAll(all []scheduler.Status, ends bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range all {
		if ends && !s.State.Terminal() {
			continue
		}
		if s.State.Terminal() {
			told := w.told[s.Token]
			if told == nil {
				told = make(map[int]bool)
				w.told[s.Token] = told
			}
			news := 0
			for i := range s.Count {
				if !told[s.Task+i] {
					news++
				}
				told[s.Task+i] = true
			}
			if ends && news == 0 {
				continue
			}
		}
		if err := w.yield(scheduler.Event{Status: s, Cursor: w.cursor}); err != nil {
			return err
		}
	}
	return nil
}

// follow looks at the journals until ctx is done. A pool that does not answer now is told by the one who follows the event log.
func (w *flows) follow(ctx context.Context) error {
	tick := time.NewTicker(lookAtWorkflows)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		w.mu.Lock()
		refs := make([]scheduler.Ref, 0, len(w.active))
		for token, id := range w.active {
			refs = append(refs, scheduler.Ref{ID: id, Token: token})
		}
		ending := maps.Clone(w.ending)
		w.mu.Unlock()
		for _, ref := range refs {
			if engine, is := ending[ref.Token]; is {
				all, err := w.driver.surveyOf(ctx, ref, engine, nil)
				if err != nil {
					continue
				}
				if err := w.conclude(ctx, ref, engine, all, true); err != nil {
					return err
				}
				continue
			}
			f, err := w.driver.flow(ctx, ref)
			if err != nil {
				continue
			}
			if changed, err := f.refresh(ctx); err != nil || !changed && w.looked(ref.Token) {
				continue
			}
			if err := w.yieldAll(f.survey(scheduler.Status{}, nil), true); err != nil {
				return err
			}
		}
	}
}

// looked tells whether the workflow has been surveyed by this Watch.
func (w *flows) looked(token string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, looked := w.told[token]
	if !looked {
		w.told[token] = make(map[int]bool)
	}
	return looked
}
