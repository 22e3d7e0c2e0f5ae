package host_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A million tasks are one record: they are submitted, run, fail here and there, are looked at and listed, and what the process holds does not grow with them.
func TestAMillionTasks(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), newPool()
	h := open(t, dir, drivers(p.plugin("memory")))
	const million = 1_000_000
	j := submit(t, saved(t, h, "Default"), scheduler.Job{Array: &scheduler.Array{Count: million}})
	p.move(scheduler.Status{Token: j.ID, Count: million, State: scheduler.Running})
	reach(t, j, scheduler.Running)
	p.move(scheduler.Status{Token: j.ID, Task: 777_777, Count: 1, State: scheduler.Failed, Reason: "exit code 3", Exit: &scheduler.Exit{Code: 3}})
	p.move(scheduler.Status{Token: j.ID, Count: million, State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
	end, err := j.Wait(t.Context())
	if err != nil || end.State != scheduler.Failed || end.Counts[scheduler.Succeeded] != million-1 || end.Counts[scheduler.Failed] != 1 {
		t.Fatalf("%+v, %v", end, err)
	}
	tasks, err := end.ListTasks(t.Context(), 777_776, 3)
	if err != nil || len(tasks) != 3 || tasks[0].State != scheduler.Succeeded || tasks[1].State != scheduler.Failed || tasks[1].Exit.Code != 3 || tasks[2].Index != 777_778 {
		t.Errorf("%+v, %v", tasks, err)
	}
	if last, err := end.ListTasks(t.Context(), million-1, 10); err != nil || len(last) != 1 {
		t.Errorf("the last tasks: %+v, %v", last, err)
	}
	// The journal and the snapshot of the store hold the record a few times over.
	var kept int64
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			info, e := e.Info()
			kept, err = kept+info.Size(), e
		}
		return err
	})
	if err != nil || kept > 1<<20 {
		t.Errorf("the store keeps %d bytes, %v", kept, err)
	}
}

// A thousand watch a job from its beginning, and each hears each state once and in order.
func TestAThousandWatchers(t *testing.T) {
	t.Parallel()
	p := newPool()
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	j := submit(t, saved(t, h, "Default"), scheduler.Job{})
	const many = 1000
	var begun, ran, all sync.WaitGroup
	begun.Add(many)
	ran.Add(many)
	var wrong atomic.Int64
	for range many {
		all.Go(func() {
			var heard []scheduler.State
			for e, err := range j.Watch(t.Context()) {
				if err != nil {
					t.Error(err)
					break
				}
				if len(heard) == 0 {
					begun.Done()
				}
				if len(heard) == 0 || heard[len(heard)-1] != e.State {
					heard = append(heard, e.State)
					if e.State == scheduler.Running {
						ran.Done()
					}
				}
			}
			if fmt.Sprint(heard) != "[queued running succeeded]" {
				if wrong.Add(1) == 1 {
					t.Errorf("heard %v", heard)
				}
			}
		})
	}
	begun.Wait()
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Running})
	ran.Wait() // what comes at once is told at once
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Succeeded})
	all.Wait()
	if n := wrong.Load(); n > 0 {
		t.Errorf("%d heard something else", n)
	}
}

// Ten thousand submissions (2000 without OCEANID_SOAK) of one user to a pool that does not answer: as many as the quota lets in wait, the others are refused at once, by name. Meanwhile another
// user's job at another scheduler of the same driver comes to its end, and when the pool answers again what has waited gets there.
func TestAFloodOfSubmissions(t *testing.T) {
	t.Parallel()
	const quota = 40
	flood := int64(2000)
	if os.Getenv("OCEANID_SOAK") != "" {
		flood = 10_000
	}
	dir, p := t.TempDir(), newPool()
	write(t, filepath.Join(dir, "config.hcl"), fmt.Sprintf("quota {\n  user = \"*\"\n  jobs = %d\n}\n", quota))
	h := open(t, dir, drivers(p.plugin("memory")))
	jammed, other := saved(t, h, "jammed"), saved(t, h, "other")
	answer := make(chan struct{})
	p.setTrouble(func(j scheduler.Job) error {
		if j.User == "flood" {
			<-answer
		}
		return nil
	})
	var all sync.WaitGroup
	var refused atomic.Int64
	for range flood {
		all.Go(func() {
			_, err := jammed.Submit(t.Context(), scheduler.Job{Command: "x", User: "flood"})
			if errors.Is(err, fault.Exhausted) {
				refused.Add(1)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	for end := time.Now().Add(time.Minute); refused.Load() < flood-quota; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d of %d were refused while the pool did not answer", refused.Load(), flood)
		}
	}
	j := submit(t, other, scheduler.Job{User: "ada"})
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Succeeded})
	if end, err := j.Wait(t.Context()); err != nil || end.State != scheduler.Succeeded {
		t.Errorf("beside the flood: %+v, %v", end, err)
	}
	close(answer)
	all.Wait()
	if n := refused.Load(); n != flood-quota || len(p.doubles()) > 0 {
		t.Errorf("%d of %d were refused; submitted twice: %v", n, flood, p.doubles())
	}
	reach(t, submit(t, jammed, scheduler.Job{User: "ada"}), scheduler.Queued)
}

// Schedulers that are named and not used are names: ten thousand with OCEANID_SOAK, else a few hundred. They are listed in pages, found by name, and no driver has an instance of
// them, nor does a goroutine of this process wait for each. Not parallel: it counts goroutines.
func TestTenThousandSchedulers(t *testing.T) {
	many := 200
	if os.Getenv("OCEANID_SOAK") != "" {
		many = 10_000
	}
	p := newPool()
	h := open(t, t.TempDir(), drivers(p.plugin("memory")))
	first := saved(t, h, "pool-00000")
	goroutines, instances := runtime.NumGoroutine(), p.left()
	work := make(chan string)
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for name := range work {
				s, err := h.CreateScheduler(name, "pool.example.org", "memory", nil)
				if err == nil {
					err = s.Save(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := 1; i < many; i++ {
		work <- fmt.Sprintf("pool-%05d", i)
	}
	close(work)
	all.Wait()
	seen := 0
	for o := (host.ListOptions{Limit: 100}); ; {
		page, err := h.ListSchedulers(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page {
			if want := fmt.Sprintf("pool-%05d", seen); s.Name() != want {
				t.Fatalf("%s is listed in the place of %s", s.Name(), want)
			}
			seen++
		}
		if len(page) == 0 {
			break
		}
		o.After = page[len(page)-1].Name()
	}
	if seen != many {
		t.Errorf("%d of %d are listed", seen, many)
	}
	if now := p.left(); now > instances+1 {
		t.Errorf("the driver has %d instances, and had %d", now, instances)
	}
	for end := time.Now().Add(3 * time.Minute); runtime.NumGoroutine() > goroutines+many/4 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	if now := runtime.NumGoroutine(); now > goroutines+many/4 {
		t.Errorf("%d goroutines, and there were %d", now, goroutines)
	}
	j := submit(t, first, scheduler.Job{})
	p.move(scheduler.Status{Token: j.ID, State: scheduler.Succeeded})
	reach(t, j, scheduler.Succeeded)
}
