package follow

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// submission is one submission under a key, or, without a content, a look at what the pool has under it in the end.
type submission struct{ key, content string }

// answer is what became of it: the job, or that the key belongs to another content; neither: whoever asked died, or was told to try again.
type answer struct {
	id       string
	conflict bool
	known    bool
}

// face is the model of the submit face: what a key stands for, and its job.
type face struct{ content, id string }

// faces is the model: the first content under a key is the key's for ever, with the one job that everybody is given; a submission that nobody heard the end
// of has happened or not.
var faces = porcupine.NondeterministicModel{
	Partition: func(history []porcupine.Operation) (parts [][]porcupine.Operation) {
		by := map[string]int{}
		for _, op := range history {
			key := op.Input.(submission).key
			if _, there := by[key]; !there {
				by[key] = len(parts)
				parts = append(parts, nil)
			}
			parts[by[key]] = append(parts[by[key]], op)
		}
		return parts
	},
	Init: func() []any { return []any{face{}} },
	Step: func(state, in, out any) []any {
		now, w, a := state.(face), in.(submission), out.(answer)
		switch {
		case w.content == "": // a look: the pool has what the key stands for
			if a.id == now.id {
				return []any{now}
			}
			return nil
		case !a.known:
			if now == (face{}) {
				// The job's ID comes of its key, and so it is the same whoever made it.
				return []any{now, face{w.content, a.id}}
			}
			return []any{now}
		case a.conflict && now.content != "" && now.content != w.content:
			return []any{now}
		case !a.conflict && (now == face{} || now == face{w.content, a.id}):
			return []any{face{w.content, a.id}}
		}
		return nil
	},
	Equal: func(a, b any) bool { return a == b },
}

// Two hosts on one store, be it a folder or Redis, each of which dies at random steps of whatever it does: to those who submit it looks as if one after the other had.
func TestTheSubmitFaceIsLinearizable(t *testing.T) {
	t.Parallel()
	t.Run("in a folder", func(t *testing.T) {
		t.Parallel()
		linearizable(t, store.Options{Path: t.TempDir()})
	})
	t.Run("on Redis", func(t *testing.T) {
		t.Parallel()
		linearizable(t, store.Options{URL: lab.ForTest(t, lab.Options{Redis: true}).Redis().URL})
	})
}

func linearizable(t *testing.T, where store.Options) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	// Each host has the store open by itself, as two processes have.
	var stores [2]*store.Store
	for i := range stores {
		var err error
		if stores[i], err = store.Open(t.Context(), where); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { stores[i].Close() })
	}
	s := stores[0]
	sch, err := s.CreateScheduler(t.Context(), store.Scheduler{Name: "Default", Type: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	p := newPool(call.Batches)
	c := &chaos{random: rand.New(rand.NewPCG(seed, 1))}
	p.fault = func(ctx context.Context, verb string, after bool) error {
		if verb == "submit" || verb == "batch" || verb == "answer" {
			return c.fault(ctx, verb, after)
		}
		return nil
	}
	const keys = 8
	var mu sync.Mutex
	var history []porcupine.Operation
	begun := time.Now()
	note := func(op porcupine.Operation) {
		mu.Lock()
		defer mu.Unlock()
		history = append(history, op)
	}
	ids := make([]string, keys)
	for i := range ids {
		ids[i] = intent(wanted(sch, scheduler.Job{Key: fmt.Sprint("key ", i)}).Job, begun).ID
	}
	var lives, clients sync.WaitGroup
	enough := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(history) >= 50
	}
	for host := range 2 {
		lives.Go(func() {
			// On a slow machine little comes of a life.
			for life := 0; life < 5 || life < 100 && !enough(); life++ {
				pr := begin(t, stores[host], p, fmt.Sprint("host ", host, " life ", life), Rules{})
				c.mu.Lock()
				c.kill = pr.stop
				c.mu.Unlock()
				for client := range 3 {
					clients.Go(func() {
						for pr.ctx.Err() == nil {
							k, content := c.n(keys), fmt.Sprint("content ", c.n(2))
							op := porcupine.Operation{ClientId: 10_000*host + 10*life + client, Input: submission{fmt.Sprint(k), content}, Call: int64(time.Since(begun))}
							got := submitOnce(pr, wanted(sch, scheduler.Job{Command: content, Key: fmt.Sprint("key ", k)}))
							op.Return = int64(time.Since(begun))
							if !got.known {
								// What was begun may still happen, much later: a follower goes on with the intent.
								got.id, op.Return = ids[k], int64(time.Hour)
							}
							op.Output = got
							note(op)
							if !got.known {
								return // a client waits for one answer at a time, and for this one for ever
							}
							time.Sleep(time.Duration(c.n(10)) * time.Millisecond)
						}
					})
				}
				sleep(pr.ctx, time.Duration(100+c.n(200))*time.Millisecond)
				pr.stop()
			}
		})
	}
	lives.Wait()
	clients.Wait()
	c.mu.Lock()
	c.calm = true
	c.mu.Unlock()
	last := begin(t, s, p, "the last host", Rules{})
	kept := map[string]bool{}
	for _, id := range ids {
		if state(t, s, id) != "" {
			kept[id] = true
		}
	}
	eventually(t, "the intents of the dead", func() bool { return len(tokens(p)) == len(kept) })
	last.kill()
	// Which content the pool has shows in a submission of it: it is known to be no conflict.
	for k, id := range ids {
		got := answer{known: true}
		if at := p.jobs[id]; at != nil {
			got.id = id
			note(porcupine.Operation{ClientId: 100_000 + k, Input: submission{fmt.Sprint(k), at.found.Job.Command}, Output: got, Call: int64(2 * time.Hour), Return: int64(2*time.Hour) + 1})
		}
		note(porcupine.Operation{ClientId: 100_000 + k, Input: submission{key: fmt.Sprint(k)}, Output: got, Call: int64(3 * time.Hour), Return: int64(3*time.Hour) + 1})
	}
	if p.made != len(kept) {
		t.Errorf("%d jobs were made at the pool for %d keys", p.made, len(kept))
	}
	if !enough() {
		t.Errorf("only %d operations", len(history))
	}
	model := faces.ToModel()
	if result := porcupine.CheckOperationsTimeout(model, history, time.Minute); result != porcupine.Ok {
		for _, op := range history {
			t.Logf("%d: %v → %+v (%v to %v)", op.ClientId, op.Input, op.Output, time.Duration(op.Call), time.Duration(op.Return))
		}
		t.Errorf("the history of %d operations is %s", len(history), result)
	}
}

// submitOnce does what a host does for somebody who submits.
func submitOnce(pr *process, c store.Creation) answer {
	job, made, err := pr.submits.Create(pr.ctx, c)
	if errors.Is(err, fault.Conflict) {
		return answer{conflict: true, known: true}
	}
	if err != nil {
		return answer{}
	}
	if made {
		// Once the intent is kept its ID is good, whatever becomes of the call.
		pr.submits.Submit(pr.ctx, job)
	}
	return answer{id: job.ID, known: true}
}

// The model refuses what must not be: two jobs of one key, a conflict where there is none, a job that nobody kept.
func TestTheModelOfTheSubmitFace(t *testing.T) {
	t.Parallel()
	one, two := answer{id: "one", known: true}, answer{id: "two", known: true}
	for name, c := range map[string]struct {
		steps []porcupine.Operation
		want  porcupine.CheckResult
	}{
		"the same job again":       {[]porcupine.Operation{{Input: submission{"k", "a"}, Output: one}, {Input: submission{"k", "a"}, Output: one}}, porcupine.Ok},
		"two jobs of one key":      {[]porcupine.Operation{{Input: submission{"k", "a"}, Output: one}, {Input: submission{"k", "a"}, Output: two}}, porcupine.Illegal},
		"another content":          {[]porcupine.Operation{{Input: submission{"k", "a"}, Output: one}, {Input: submission{"k", "b"}, Output: one}}, porcupine.Illegal},
		"a conflict with nobody":   {[]porcupine.Operation{{Input: submission{"k", "a"}, Output: answer{conflict: true, known: true}}}, porcupine.Illegal},
		"a conflict with the dead": {[]porcupine.Operation{{Input: submission{"k", "b"}, Output: answer{id: "one"}}, {Input: submission{"k", "a"}, Output: answer{conflict: true, known: true}}}, porcupine.Ok},
		"a job that is not there":  {[]porcupine.Operation{{Input: submission{"k", "a"}, Output: one}, {Input: submission{key: "k"}, Output: answer{known: true}}}, porcupine.Illegal},
	} {
		for i := range c.steps {
			c.steps[i].ClientId, c.steps[i].Call, c.steps[i].Return = i, int64(2*i), int64(2*i+1)
		}
		if got := porcupine.CheckOperationsTimeout(faces.ToModel(), c.steps, time.Minute); got != c.want {
			t.Errorf("%s is %s", name, got)
		}
	}
}
