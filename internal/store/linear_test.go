package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// wish is what a client of the submit face asks for under a key: to "create" a job, to "end" it, to "delete" it, or (without a key) the "usage".
type wish struct {
	verb string
	key  int
}

// came is what came of it. A wish without an answer has been done or not.
type came struct {
	word string // "made", "existing", "deleted", "full", "ok", "no", "gone"; "": no answer
	used int
}

// shelf is the model: how each key stands, 0 none, 1 there, 2 ended, 3 deleted. A quota of room jobs counts those that are there.
type shelf [keysOfShelf]byte

const (
	keysOfShelf = 4
	room        = 2
)

func (s shelf) used() (n int) {
	for _, stands := range s {
		if stands == 1 {
			n++
		}
	}
	return n
}

// step is what a wish does to the shelf, and what it answers.
func (s shelf) step(w wish) (shelf, came) {
	switch at := s[w.key]; {
	case w.verb == "usage":
		return s, came{word: "ok", used: s.used()}
	case w.verb == "create" && at == 3:
		return s, came{word: "deleted"}
	case w.verb == "create" && at > 0:
		return s, came{word: "existing"}
	case w.verb == "create" && s.used() >= room:
		return s, came{word: "full"}
	case w.verb == "create":
		s[w.key] = 1
		return s, came{word: "made"}
	case w.verb == "end" && at == 1:
		s[w.key] = 2
		return s, came{word: "ok"}
	case w.verb == "delete" && at == 2:
		s[w.key] = 3
		return s, came{word: "ok"}
	case w.verb == "delete" && at != 1:
		return s, came{word: "gone"}
	}
	return s, came{word: "no"}
}

var shelves = porcupine.NondeterministicModel{
	Init: func() []any { return []any{shelf{}} },
	Step: func(state, in, out any) []any {
		next, want := state.(shelf).step(in.(wish))
		switch got := out.(came); {
		case got.word == "":
			return []any{state, next}
		case got == want:
			return []any{next}
		case got.word == "gone" && want.word == "ok", got.word == "deleted" && want.word == "made":
			// It was done, the answer was lost, and it was tried again by itself, when the job had been deleted, by itself or by others.
			return []any{next}
		case got.word == "went" && (want.word == "no" || want.word == "ok"):
			// The job is deleted by now, perhaps by others between two tries of which the first did it.
			return []any{next}
		}
		return nil
	},
	Equal: func(a, b any) bool { return a == b },
}

// TestQuotasAndDeletionsAreLinearizable has clients of two hosts' stores make, end and delete jobs of the same keys under one quota, while answers are lost and their
// Redis is killed: to all of them it looks as if one after the other had.
func TestQuotasAndDeletionsAreLinearizable(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := newRig(t, "--appendonly", "yes", "--appendfsync", "always", "--save", "")
	sch := newScheduler(t, mustOpen(t, store.Options{URL: r.url()}))
	begun := time.Now()
	var mu sync.Mutex
	var history []porcupine.Operation
	var clients sync.WaitGroup
	half := make(chan struct{}, 4)
	for host := range 2 {
		m := newMiddle(t, r.address)
		m.cutAfter.Store("evalsha")
		s := mustOpen(t, store.Options{URL: m.url() + "?max_retries=2&read_timeout=2s"})
		for client := range 2 {
			random := rand.New(rand.NewPCG(seed, uint64(10*host+client)))
			clients.Go(func() {
				for n := range 40 {
					if random.IntN(8) == 0 {
						m.cut.Store(int64(1 + random.IntN(4))) // more than it tries again, now and then
					}
					if n == 20 {
						half <- struct{}{}
					}
					w := wish{[]string{"create", "create", "end", "delete", "usage"}[random.IntN(5)], random.IntN(keysOfShelf)}
					op := porcupine.Operation{ClientId: 10*host + client, Input: w, Call: int64(time.Since(begun))}
					got := grant(t, s, sch, w)
					if op.Output, op.Return = got, int64(time.Since(begun)); got.word == "" {
						// What was sent may be done later, and nobody asks this client again.
						op.Return = int64(time.Hour)
						op.ClientId = 1000*(10*host+client) + n + 1000
					}
					mu.Lock()
					history = append(history, op)
					mu.Unlock()
				}
			})
		}
	}
	<-half
	r.kill("KILL")
	r.start()
	clients.Wait()
	if result := porcupine.CheckOperationsTimeout(shelves.ToModel(), history, time.Minute); result != porcupine.Ok {
		for _, op := range history {
			t.Logf("%d: %v → %+v (%v to %v)", op.ClientId, op.Input, op.Output, time.Duration(op.Call), time.Duration(op.Return))
		}
		t.Errorf("the history of %d operations is %s", len(history), result)
	}
}

// grant does what a wish asks for.
func grant(t *testing.T, s *store.Store, sch store.Scheduler, w wish) came {
	job := keyedJob(sch, fmt.Sprint("key ", w.key), scheduler.Job{User: "ada"})
	switch w.verb {
	case "usage":
		used, err := s.Usage(t.Context(), sch.UID, []string{""})
		if err != nil {
			return came{}
		}
		return came{word: "ok", used: used[""].Jobs}
	case "create":
		made, err := s.Create(t.Context(), sch.UID, []store.Creation{{Job: job, Quotas: []store.Quota{{Jobs: room}}}}, time.Now())
		switch {
		case err != nil:
			return came{}
		case errors.Is(made[0].Err, fault.Exhausted):
			return came{word: "full"}
		case errors.Is(made[0].Err, fault.Conflict):
			return came{word: "deleted"}
		case made[0].Err != nil:
			t.Errorf("create: %v", made[0].Err)
		case made[0].Existing:
			return came{word: "existing"}
		}
		return came{word: "made"}
	case "end":
		// Of one that has ended the same end is written once more: to end is to find revision 1.
		skipped, err := s.Commit(t.Context(), sch.UID, change(job.ID, 1, store.JobStatus{State: scheduler.Failed}))
		switch {
		case err != nil:
			return came{}
		case len(skipped) > 0:
			_, err := s.Job(t.Context(), job.ID)
			switch {
			case errors.Is(err, fault.NotFound):
				return came{word: "went"}
			case err != nil:
				return came{}
			}
			return came{word: "no"}
		}
		return came{word: "ok"}
	}
	switch err := s.DeleteJob(t.Context(), job.ID); fault.Of(err) {
	case fault.Conflict, fault.NotFound:
		if errors.Is(err, fault.NotFound) {
			return came{word: "gone"}
		}
		return came{word: "no"}
	default:
		if err != nil {
			return came{}
		}
		return came{word: "ok"}
	}
}
