package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What arrives while a batch is under way goes into the next one; a lone one goes at once.
func TestAGroup(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var batches [][]int
		g := &group[int, int]{crew: &crew{}, size: func(n int) int { return n }}
		g.run = func(ctx context.Context, batch []int, answer func(int, int)) {
			time.Sleep(time.Second)
			batches = append(batches, slices.Sorted(slices.Values(batch)))
			for i, n := range batch {
				answer(i, 10*n)
				answer(i, -1) // the first one counts
			}
		}
		var callers sync.WaitGroup
		ask := func(ctx context.Context, n int, want error) {
			callers.Go(func() {
				if got, err := g.do(ctx, n); !errors.Is(err, want) || want == nil && got != 10*n {
					t.Errorf("%d: got %d, %v", n, got, err)
				}
			})
			synctest.Wait()
		}
		begun := time.Now()
		ask(t.Context(), 1, nil)
		gone, leave := context.WithCancel(t.Context())
		ask(gone, 2, context.Canceled)
		ask(t.Context(), 3, nil)
		ask(t.Context(), 4, nil)
		ask(t.Context(), mostBytes, nil) // too much for the same batch
		ask(t.Context(), 5, nil)
		leave()
		callers.Wait()
		if want := [][]int{{1}, {3, 4}, {5, mostBytes}}; fmt.Sprint(batches) != fmt.Sprint(want) && fmt.Sprint(batches) != fmt.Sprint([][]int{{1}, {3, 4}, {mostBytes}, {5}}) {
			t.Errorf("%v, want %v", batches, want)
		}
		if took := time.Since(begun); took > 4*time.Second {
			t.Errorf("took %v", took)
		}
		g.crew.wait()
	})
}

// Those who come again and again, from many goroutines, stay one batch; one who comes alone never waits.
func TestAGroupGathers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const callers, times = 20, 10
		var batches []int
		g := &group[int, int]{crew: &crew{}, size: func(int) int { return 1 }, gather: time.Second}
		g.run = func(ctx context.Context, batch []int, answer func(int, int)) {
			time.Sleep(time.Second)
			batches = append(batches, len(batch))
			for i := range batch {
				answer(i, 0)
			}
		}
		var all sync.WaitGroup
		for i := range callers {
			all.Go(func() {
				for range times {
					if _, err := g.do(t.Context(), i); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Duration(i) * time.Millisecond)
				}
			})
		}
		all.Wait()
		g.crew.wait()
		full := 0
		for _, n := range batches {
			if n >= callers-1 {
				full++
			}
		}
		if full < times-2 {
			t.Errorf("%d callers, %d times, are the batches %v", callers, times, batches)
		}
		begun := time.Now()
		for range 3 {
			if _, err := g.do(t.Context(), 0); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(begun); took != 3*time.Second {
			t.Errorf("three, one after the other, took %v", took)
		}
		g.crew.wait()
	})
}

// A batch goes on as long as somebody waits for any of it, and ends with the last one.
func TestAGroupThatEverybodyLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &group[int, error]{crew: &crew{}, size: func(int) int { return 1 }}
		first := make(chan struct{})
		var ended time.Time
		g.run = func(ctx context.Context, batch []int, answer func(int, error)) {
			if len(batch) == 1 {
				<-first
				return
			}
			<-ctx.Done()
			ended = time.Now()
		}
		begun := time.Now()
		var callers sync.WaitGroup
		for i, patience := range []time.Duration{time.Second, 2 * time.Second, 5 * time.Second} {
			callers.Go(func() {
				ctx, stop := context.WithTimeout(t.Context(), patience)
				defer stop()
				g.do(ctx, i)
			})
			synctest.Wait()
		}
		close(first)
		callers.Wait()
		g.crew.wait()
		if took := ended.Sub(begun); took != 5*time.Second {
			t.Errorf("the batch ended after %v", took)
		}
	})
}

// Many submissions at once are few steps of store and driver, each with an answer of its own; one that cannot be does not harm the others.
func TestSubmissionsTogether(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Batches)
	hold := make(chan struct{})
	p.fault = func(_ context.Context, verb string, after bool) error {
		if verb == "submit" && !after {
			<-hold // the first one, on its own
		}
		return nil
	}
	sub := NewSubmitter(s, with(p))
	const many = 1200
	var all sync.WaitGroup
	submit := func(i int) {
		all.Go(func() {
			spec := scheduler.Job{Command: "run"}
			if i%100 == 7 {
				spec.Command = "refused"
			}
			job, made, err := sub.Create(t.Context(), wanted(sch, spec))
			if err != nil || !made {
				t.Errorf("create: %v, %v", made, err)
				return
			}
			got, err := sub.Submit(t.Context(), job)
			if refused := i%100 == 7; refused != errors.Is(err, fault.Invalid) || refused != (got.Status.State == scheduler.Failed) || refused != (got.Status.Native == "") {
				t.Errorf("%d: %s, %v", i, got.Status.State, err)
			}
		})
	}
	submit(0)
	eventually(t, "the first submission", func() bool { return p.called("submit") == 1 })
	for i := range many {
		submit(i)
	}
	atDesk := &sub.desk(sch.UID).handovers
	eventually(t, "all to wait for the first one", func() bool {
		atDesk.mu.Lock()
		defer atDesk.mu.Unlock()
		return len(atDesk.waiting) == many
	})
	close(hold)
	all.Wait()
	sub.Wait()
	if p.made != many+1-many/100 {
		t.Errorf("%d jobs at the pool", p.made)
	}
	if calls := p.called("batch") + p.called("submit"); calls > many/10 || slices.Max(p.sizes) > mostJobs || slices.Max(p.sizes) < many/10 {
		t.Errorf("%d calls, with batches of %v", calls, p.sizes)
	}
}

// A batch that breaks off leaves those that were answered as they were answered, and the others to be tried again: none is made twice.
func TestABatchThatBreaksOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		breaks error
		state  scheduler.State // of those without an answer
	}{
		"the driver is gone":    {fault.Crashed.New("it died"), scheduler.Pending},
		"it says no to all":     {fault.Invalid.New("too much at once"), scheduler.Queued},
		"it cannot do this now": {fault.Unsupported.New("another form of the driver"), scheduler.Queued},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, sch := opened(t)
			p := newPool(call.Batches)
			d := NewSubmitter(s, with(p)).desk(sch.UID)
			said := 0
			p.fault = func(_ context.Context, verb string, _ bool) error {
				if verb == "answer" {
					if said++; said > 2 {
						return c.breaks
					}
				}
				return nil
			}
			batch := make([]handover, 5)
			for i := range batch {
				batch[i] = handover{p, scheduler.Job{Token: fmt.Sprint("t", i), Command: "x"}}
			}
			got := make([]handed, len(batch))
			d.handOver(t.Context(), batch, func(i int, h handed) { got[i] = h })
			missing := 0
			for i, h := range got {
				if h.err != nil {
					missing++
				} else if h.id != p.jobs[batch[i].job.Token].found.Ref.ID {
					t.Errorf("%d is %q", i, h.id)
				}
			}
			if c.state == scheduler.Queued && missing != 0 || c.state == scheduler.Pending && missing != 3 || p.made > 5 {
				t.Errorf("%d without an answer, %d made", missing, p.made)
			}
		})
	}
}

// The same key is the same job, whoever asks, and how many at once.
func TestTheSameKey(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool(call.Batches)
	var mu sync.Mutex
	ids, makers := map[string]int{}, 0
	var all sync.WaitGroup
	for range 2 {
		sub := NewSubmitter(s, with(p))
		for range 20 {
			all.Go(func() {
				job, made, err := sub.Create(t.Context(), wanted(sch, scheduler.Job{Command: "x", Key: "flood 7"}))
				if err != nil {
					t.Error(err)
					return
				}
				if made {
					_, err = sub.Submit(t.Context(), job)
				}
				mu.Lock()
				defer mu.Unlock()
				if ids[job.ID]++; made {
					makers++
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if len(ids) != 1 || makers != 1 || p.made != 1 {
		t.Errorf("%d jobs, made %d times, %d at the pool", len(ids), makers, p.made)
	}
	other := wanted(sch, scheduler.Job{Command: "y", Key: "flood 7"})
	if _, _, err := NewSubmitter(s, with(p)).Create(t.Context(), other); !errors.Is(err, fault.Conflict) {
		t.Errorf("the key with another content: %v", err)
	}
}

// The inputs of a workflow are uploaded under the tokens of its nodes, those of workflows in it as well.
func TestAWorkflowIsCarriedWhole(t *testing.T) {
	t.Parallel()
	s, sch := opened(t)
	p := newPool()
	in := func(name string) scheduler.Job {
		return scheduler.Job{Command: "x", Inputs: []scheduler.Input{{Name: name, Data: []byte("x")}}}
	}
	inner := &scheduler.Workflow{Nodes: []scheduler.Node{{Name: "c", Job: in("three")}, {Name: "d", Job: in("four")}}}
	c := wanted(sch, scheduler.Job{Name: "flow"})
	c.Job.Workflow = &scheduler.Workflow{Nodes: []scheduler.Node{{Name: "a", Job: in("one")}, {Name: "b", Workflow: inner}, {Name: "e", Job: in("two")}}}
	sub := NewSubmitter(s, with(p))
	job, _, err := sub.Create(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	job, err = sub.Submit(t.Context(), job)
	if err != nil || job.Status.State != scheduler.Queued || job.Tasks != 4 {
		t.Fatalf("%+v, %v", job.Status, err)
	}
	want := []string{"-0/one", "-1-0/three", "-1-1/four", "-2/two"}
	for i, u := range p.upload {
		if p.upload[i] = strings.TrimPrefix(u, job.ID); p.upload[i] == u {
			t.Errorf("uploaded as %q", u)
		}
	}
	if !slices.Equal(p.upload, want) {
		t.Errorf("uploaded %q, want %q", p.upload, want)
	}
	flow := p.jobs[job.ID].found.Workflow
	if flow == nil || flow.Nodes[1].Workflow.Token != job.ID+"-1" || inner.Token != "" {
		t.Errorf("handed over as %+v", flow)
	}
	if kept := read1(t, s, job.ID); kept.Status.Counts[scheduler.Queued] != 4 {
		t.Errorf("kept as %+v", kept.Status)
	}
}
