package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/oceanid/oceanid/examples/portal/hydro"
	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/host/hosttest"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The handler may be told twice of an end, and of jobs that are none of its: the results are the same, and nothing fails.
func TestToldTwice(t *testing.T) {
	t.Parallel()
	pool := hosttest.NewPool(t)
	pool.Play(func(task hosttest.Task) hosttest.Result { return play(t, task) })
	h := hosttest.New(t, hosttest.WithPool(pool))
	dir := t.TempDir()
	model := filepath.Join(dir, "model")
	if err := os.WriteFile(model, []byte("the pool plays it"), 0o700); err != nil {
		t.Fatal(err)
	}
	o := options{model: model, data: "data", results: filepath.Join(dir, "results")}
	screen := newScreen(os.Stderr)
	defer screen.close()
	p := newProcessing(h, o, screen)
	s, err := h.GetScheduler(t.Context(), "Default")
	if err != nil {
		t.Fatal(err)
	}
	floods := orders{s, o}
	job, err := floods.submit(t.Context(), "order-1")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := floods.submit(t.Context(), "order-1"); err != nil || again.ID != job.ID {
		t.Errorf("the same order is %v, %v", again, err)
	}
	hosttest.WaitFor(t, h, job.ID, scheduler.Succeeded)
	var tables [][]byte
	for range 2 {
		if err := p.handle(t.Context(), host.Event{Job: job.ID}); err != nil {
			t.Fatal(err)
		}
		table, err := os.ReadFile(filepath.Join(o.results, job.ID, hydrographFile))
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	if len(tables[0]) == 0 || !bytes.Equal(tables[0], tables[1]) {
		t.Error("told twice it makes something else")
	}
	if err := p.wait(t.Context(), job.ID); err != nil {
		t.Error(err)
	}

	other, err := s.Submit(t.Context(), scheduler.Job{Name: "not a flood", Command: "true"})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{hosttest.WaitFor(t, h, other.ID, scheduler.Succeeded).ID, job.ID[:len(job.ID)-3] + "000"} {
		if err := p.handle(t.Context(), host.Event{Job: id}); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if entries, err := os.ReadDir(o.results); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.wait(gone, "nobody's"); err == nil {
		t.Error("it waits for nobody")
	}
}

// play is the model.
func play(t *testing.T, task hosttest.Task) hosttest.Result {
	basins, err := hydro.ReadBasins(bytes.NewReader(task.Inputs[basinsFile]))
	if err != nil {
		return hosttest.Result{}
	}
	storm, err := hydro.ReadStorm(bytes.NewReader(task.Inputs[stormFile]))
	if err != nil {
		t.Error(err)
		return hosttest.Result{Exit: 1}
	}
	response, err := hydro.Simulate(basins[task.Index], storm)
	if err != nil {
		t.Error(err)
		return hosttest.Result{Exit: 1}
	}
	var table bytes.Buffer
	if err := response.Outlet.WriteCSV(&table); err != nil {
		t.Error(err)
	}
	return hosttest.Result{Outputs: map[string]string{hydrographFile: table.String()}}
}
