package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

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
	// ending are those whose DAGMan has ended, and not yet all tasks: how it has. unsure are those that were active from before, whose DAGMan may have ended by then.
	ending map[string]scheduler.Status
	unsure map[string]bool

	slots slots // is the event log's reader's
	// sizes is follow's: of each workflow what its journals were like when they were read last.
	sizes map[string]string
	// stirred tells that something has happened to a workflow, over that a DAGMan has ended.
	stirred, over chan struct{}
}

// Watch follows jobs and workflows. How it does jobs: see watchJobs.
func (d *driver) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	if _, err := d.at(ctx); err != nil {
		return err
	}
	w := newFlows(d, from, yield)
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
	// Who has ended first says why.
	byItself := ctx.Err() == nil
	stop()
	<-ended
	if byItself || err == nil {
		return jobs
	}
	return err
}

func newFlows(d *driver, from scheduler.Cursor, yield func(scheduler.Event) error) *flows {
	return &flows{
		driver: d, yield: yield, cursor: from, notes: make(map[int]dag.Note),
		active: make(map[string]scheduler.ID), told: make(map[string]map[int]bool), ending: make(map[string]scheduler.Status), unsure: make(map[string]bool),
		slots: make(slots), sizes: make(map[string]string), stirred: make(chan struct{}, 1), over: make(chan struct{}, 1),
	}
}

// begin finds the workflows that have not ended and, for one who does not read the event log from its beginning, whose the clusters are that it tells of.
func (w *flows) begin(ctx context.Context, notes bool) error {
	answer, err := w.driver.ask(ctx, script{name: "look for workflows", file: "workflow", call: words("active_workflows", fmt.Sprint(notes))})
	if err != nil {
		return err
	}
	for line := range strings.Lines(answer["active"]) {
		if token, id, found := strings.Cut(strings.TrimSpace(line), " "); found && scheduler.ValidToken(token) {
			w.active[token], w.unsure[token] = scheduler.ID(id), true
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

// aside tells something besides the event log, unless it is ok no more.
func (w *flows) aside(what func() (s scheduler.Status, ok bool)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := what()
	if !ok {
		return nil
	}
	return w.yield(scheduler.Event{Status: s, Cursor: w.cursor})
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
	signal(w.stirred)
	if !n.Node {
		return true, w.tellEngine(ctx, e, ref)
	}
	s, ok := nodeNews(e, ref, n.First, n.Tasks)
	if !ok {
		return true, nil
	}
	if s = w.slots.at(e, s); s.Node == "" && s.State.Terminal() {
		s.Node = w.driver.ranOn(ref.Token, e.Cluster, s.Task)
	}
	if s.State.Terminal() && n.Judged {
		s = judged(s)
	}
	if !s.State.Terminal() {
		// Its end, or that of all, may have been told by now, from DAGMan's own files: the event log may come to it later.
		return true, w.aside(func() (scheduler.Status, bool) { return s, w.active[s.Token] != "" && !w.told[s.Token][s.Task] })
	}
	return true, w.yieldAll([]scheduler.Status{s}, false)
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
	if engine.State.Terminal() {
		// What comes of its tasks may have to be asked of the schedd, for which the log does not wait.
		w.mu.Lock()
		w.ending[ref.Token] = engine
		w.mu.Unlock()
		signal(w.over)
		return nil
	}
	all, err := w.driver.surveyOf(ctx, ref, engine, nil)
	if err != nil {
		return err
	}
	return w.yieldAll(all, false)
}

// signal wakes who waits for c, now or when they come.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
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
