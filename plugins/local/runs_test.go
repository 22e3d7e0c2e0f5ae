package main

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// TestRunsAgainstAList compares runs with what they stand for: one record for each task.
func TestRunsAgainstAList(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	states := scheduler.States()
	for range 300 {
		n := 1 + random.IntN(40)
		rs := runs{{Count: n, State: scheduler.Queued}}
		list := make([]scheduler.State, n)
		for i := range list {
			list[i] = scheduler.Queued
		}
		for step := range 60 {
			r := record{Task: random.IntN(n+2) - 1, Count: random.IntN(6), State: states[random.IntN(4)], Time: time.Unix(int64(step), 0)}
			rs = rs.set(r)
			for i := max(r.Task, 0); i < min(r.end(), n); i++ {
				list[i] = r.State
			}
			next := 0
			for i, got := range rs {
				if got.Task != next || got.Count < 1 {
					t.Fatalf("run %d of %+v begins in the wrong place", i, rs)
				}
				if i > 0 && got.alike(rs[i-1]) {
					t.Fatalf("neighbours are alike in %+v", rs)
				}
				for ; next < got.end(); next++ {
					if list[next] != got.State || rs.at(next).State != got.State {
						t.Fatalf("task %d is %s, want %s", next, got.State, list[next])
					}
				}
			}
			if next != n {
				t.Fatalf("%d of %d tasks", next, n)
			}
		}
	}
}

func TestRunsOfAMillionStayShort(t *testing.T) {
	t.Parallel()
	const n = 1_000_000
	rs := runs{{Count: n, State: scheduler.Queued}}
	for i := range n {
		rs = rs.set(record{Task: i, Count: 1, State: scheduler.Running, PID: i + 1})
		rs = rs.set(record{Task: i, Count: 1, State: scheduler.Succeeded, Exit: &scheduler.Exit{}, Time: time.Unix(int64(i), 0)})
	}
	if len(rs) != 1 || rs[0].Count != n || !rs[0].Time.Equal(time.Unix(n-1, 0)) || !rs.ended() {
		t.Errorf("%d runs, the first %+v", len(rs), rs[0])
	}
}
