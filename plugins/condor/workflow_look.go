package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The pause between two looks at the journals of workflows that have not ended: soon where something happens, for DAGMan writes them once a second, and longer and
// longer where nothing does.
const (
	soon   = time.Second
	seldom = 8 * time.Second
)

// follow looks at the journals until ctx is done. A pool that does not answer now is told by the one who follows the event log.
func (w *flows) follow(ctx context.Context) error {
	for pause := soon; ; {
		stirred, going := w.rest(ctx, pause)
		if !going {
			return nil
		}
		moved, err := w.look(ctx)
		if err != nil {
			return err
		}
		if pause = min(2*pause, seldom); moved || stirred {
			pause = soon
		}
	}
}

// rest waits until it is time for another look: after the pause, or soon after something has happened, or at once after a DAGMan has ended. going is false when
// ctx is done.
func (w *flows) rest(ctx context.Context, pause time.Duration) (stirred, going bool) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	happened := w.stirred
	for {
		select {
		case <-ctx.Done():
			return stirred, false
		case <-happened:
			stirred, happened = true, nil
			timer.Reset(min(pause, soon))
		case <-w.over:
			return true, true
		case <-timer.C:
			return stirred, true
		}
	}
}

// look surveys the workflows of which something has changed since the last look; moved tells whether there was any.
func (w *flows) look(ctx context.Context) (moved bool, err error) {
	w.mu.Lock()
	active, unsure := maps.Clone(w.active), maps.Clone(w.unsure)
	w.mu.Unlock()
	if len(active) == 0 {
		return false, nil
	}
	w.askEngines(ctx, active, unsure)
	w.mu.Lock()
	ending := maps.Clone(w.ending)
	w.mu.Unlock()
	sizes, err := w.driver.journalSizes(ctx, active)
	if err != nil {
		return false, nil
	}
	for token, id := range active {
		ref := scheduler.Ref{ID: id, Token: token}
		if engine, is := ending[token]; is {
			all, err := w.driver.surveyOf(ctx, ref, engine, nil)
			if err != nil {
				continue
			}
			if err := w.conclude(ctx, ref, all); err != nil {
				return moved, err
			}
			continue
		}
		if w.sizes[token] == sizes[token] && w.looked(token) {
			continue
		}
		f, err := w.driver.flow(ctx, ref)
		if err != nil {
			continue
		}
		if _, err := f.refresh(ctx); err != nil {
			continue
		}
		moved = true
		w.sizes[token] = sizes[token]
		if err := w.yieldAll(f.survey(scheduler.Status{}, nil), true); err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// askEngines finds out which of the workflows that were active when this Watch began have a DAGMan that had ended by then: the log that is read from there on does not tell.
func (w *flows) askEngines(ctx context.Context, active map[string]scheduler.ID, unsure map[string]bool) {
	var refs []scheduler.Ref
	for token := range unsure {
		if id := active[token]; id != "" {
			refs = append(refs, scheduler.Ref{ID: id, Token: token})
		}
	}
	if len(refs) == 0 {
		return
	}
	engines, err := w.driver.engines(ctx, refs)
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for token := range unsure {
		delete(w.unsure, token)
		// Of one that is nowhere to be found the host judges, which asks again.
		if engine := engines[token]; engine.State.Terminal() && engine.State != scheduler.Lost && w.active[token] != "" {
			w.ending[token] = engine
		}
	}
}

// journalSizes tells, in one question, of each workflow how long its journals and logs of events are: something that changes with them.
func (d *driver) journalSizes(ctx context.Context, active map[string]scheduler.ID) (map[string]string, error) {
	tokens := strings.Join(slices.Sorted(maps.Keys(active)), "\n")
	answer, err := d.ask(ctx, script{name: "look at the journals of workflows", file: "workflow", define: heredoc("active_tokens", tokens), call: "journal_sizes"})
	if err != nil {
		return nil, err
	}
	sizes := make(map[string]string, len(active))
	for line := range strings.Lines(answer["sizes"]) {
		token, _, _ := strings.Cut(line, "/")
		sizes[token] += line
	}
	return sizes, nil
}

// conclude tells what a survey has found of a workflow whose DAGMan has ended, and is done with it once all its tasks have.
func (w *flows) conclude(ctx context.Context, ref scheduler.Ref, all []scheduler.Status) error {
	if err := w.yieldAll(all, true); err != nil || anyOpen(all) {
		return err
	}
	w.mu.Lock()
	delete(w.active, ref.Token)
	delete(w.told, ref.Token)
	delete(w.ending, ref.Token)
	delete(w.unsure, ref.Token)
	maps.DeleteFunc(w.notes, func(_ int, n dag.Note) bool { return n.Token == ref.Token })
	w.mu.Unlock()
	delete(w.sizes, ref.Token)
	_, err := w.driver.ask(ctx, script{name: "end a workflow", file: "workflow", call: words("told_workflows", ref.Token)})
	return err
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
