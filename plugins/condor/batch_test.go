package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// submitAll is what SubmitBatch says of each job, each told once.
func submitAll(t *testing.T, d *driver, jobs []scheduler.Job) (map[string]scheduler.Submitted, error) {
	t.Helper()
	told := make(map[string]scheduler.Submitted)
	err := d.SubmitBatch(t.Context(), jobs, func(s scheduler.Submitted) error {
		if _, twice := told[s.Token]; twice {
			t.Errorf("job %s is told of twice", s.Token)
		}
		told[s.Token] = s
		return nil
	})
	return told, err
}

// insistAll submits until each job has an identifier.
func insistAll(t *testing.T, d *driver, jobs []scheduler.Job) map[string]scheduler.ID {
	t.Helper()
	ids := make(map[string]scheduler.ID)
	for limit := time.Now().Add(patience); ; {
		told, err := submitAll(t, d, jobs)
		for token, s := range told {
			switch {
			case s.Err == nil:
				ids[token] = s.ID
			case fault.Of(s.Err) != fault.Unavailable:
				t.Fatalf("submit: %v", s.Err)
			}
		}
		if len(ids) == len(jobs) {
			return ids
		}
		if kind := fault.Of(err); err != nil && kind != fault.Unavailable || time.Now().After(limit) {
			t.Fatalf("submit: %d of %d: %v", len(ids), len(jobs), err)
		}
	}
}

// Each job of a batch is what it would be alone: its arguments, environment, input, name and resources.
func TestJobsOfABatchAreExact(t *testing.T) {
	t.Parallel()
	d := ben(t)
	var jobs []scheduler.Job
	for i := range 40 {
		jobs = append(jobs, scheduler.Job{
			Token: newToken(), Name: fmt.Sprint(i, " ", evil[i], evil[i+1]), Command: "./show",
			Args: []string{evil[i], "x" + evil[i+1]}, Env: map[string]string{"MINE": fmt.Sprint(i) + evil[i]},
			Resources: scheduler.Resources{Memory: int64(1+i%2) << 20},
		})
		jobs[i].Name = strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return '_'
			}
			return r
		}, jobs[i].Name)
		script := fmt.Sprintf("#!/bin/sh\nprintf '%%s|' %d \"$@\" \"$MINE\" \"$OCEANID_TASK_INDEX\" \"$OCEANID_JOB_TOKEN\"\n", i)
		jobs[i].Inputs = []scheduler.Input{{Name: "show", Size: int64(len(script))}}
		if err := d.Upload(t.Context(), jobs[i].Token, jobs[i].Inputs[0], strings.NewReader(script)); err != nil {
			t.Fatal(err)
		}
	}
	jobs = append(jobs, scheduler.Job{Token: newToken(), Command: "echo", Array: &scheduler.Array{Count: 3, Indices: []int{7, 5, 3}, Args: [][]string{{"a"}, {"b"}, {"c"}}}})
	ids := insistAll(t, d, jobs)
	numbers := make(map[string]bool)
	for _, id := range ids {
		cluster, _, _ := strings.Cut(string(id), ".")
		numbers[cluster] = true
	}
	if len(numbers) != 3 {
		t.Errorf("jobs of two shapes and an array are %d clusters: %v", len(numbers), ids)
	}
	var refs []scheduler.Ref
	for _, job := range jobs {
		refs = append(refs, scheduler.Ref{ID: ids[job.Token], Token: job.Token, Tasks: job.Tasks()})
	}
	watched := watchAllUntilEnd(t, d, refs)
	for i, job := range jobs {
		ref := refs[i]
		for how, all := range map[string][]scheduler.Status{"query": await(t, d, ref, "succeeded", in(scheduler.Succeeded)), "watch": watched[ref.Token]} {
			for task, s := range all {
				if s.ID != ref.ID || task < s.Task || task >= s.Task+max(s.Count, 1) || s.State != scheduler.Succeeded {
					t.Errorf("%s: %+v", how, s)
				}
			}
		}
		if job.Array != nil {
			continue
		}
		want := fmt.Sprintf("%d|%s|%s|%s|0|%s|", i, job.Args[0], job.Args[1], job.Env["MINE"], job.Token)
		if got := stdout(t, d, ref, 0); got != want {
			t.Errorf("job %d says %q, not %q", i, got, want)
		}
	}
}

// One bad job does not spoil the others, of the same transaction or another.
func TestABadJobSpoilsNoOther(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := func(change func(*scheduler.Job)) scheduler.Job {
		j := scheduler.Job{Token: newToken(), Command: "true"}
		change(&j)
		return j
	}
	plain := func(*scheduler.Job) {}
	cancelled := job(plain)
	if err := d.Cancel(t.Context(), []scheduler.Ref{{Token: cancelled.Token, Tasks: 1}}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		job  scheduler.Job
		kind fault.Kind
		says string
	}{
		{job(plain), "", ""},
		{job(func(j *scheduler.Job) { j.Inputs = []scheduler.Input{{Name: "a b", Size: 3}} }), fault.Conflict, `"a b"`},
		{job(func(j *scheduler.Job) { j.Options = map[string]any{"reqirements": "true"} }), fault.Invalid, "did you mean requirements"},
		{job(func(j *scheduler.Job) { j.Options = map[string]any{"unheard_of_by_any": "true"} }), fault.Invalid, "unheard_of_by_any"},
		{job(func(j *scheduler.Job) { j.Options = map[string]any{"priority": "1x"} }), fault.Invalid, "priority"},
		{job(func(j *scheduler.Job) { j.Options = map[string]any{"requirements": "a b"} }), fault.Invalid, "refuses"},
		{job(func(j *scheduler.Job) { j.Options = map[string]any{"requirements": "a b"} }), fault.Invalid, "refuses"},
		{cancelled, fault.Conflict, "cancelled"},
		{job(func(j *scheduler.Job) { j.Command = "-x" }), fault.Invalid, "command"},
		{job(func(j *scheduler.Job) { j.Options = map[string]any{"+Good": "yes"} }), "", ""},
		{job(plain), "", ""},
	}
	var jobs []scheduler.Job
	for _, test := range tests {
		jobs = append(jobs, test.job)
	}
	told, err := submitAll(t, d, jobs)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		s, there := told[test.job.Token]
		switch {
		case !there:
			t.Errorf("nothing is told of %+v", test.job)
		case test.kind != "":
			wantFault(t, s.Err, test.kind, test.says)
		case s.Err != nil:
			t.Errorf("%+v: %v", test.job, s.Err)
		default:
			wantOne(t, test.job.Token, s.ID)
		}
	}
}

// The same tokens in any combination, from several callers at once, that are killed or cut off: each is one job.
func TestBatchesKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	alone(t)
	d := ben(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, victim := range []string{"condor_submit", "sshd-session", "timeout", "setsid", "sh", "condor_submit", "sh"} {
		var jobs []scheduler.Job
		for i := range 12 {
			jobs = append(jobs, scheduler.Job{Token: newToken(), Command: "true", Resources: scheduler.Resources{Memory: int64(1+i%3) << 20}})
		}
		jobs = append(jobs, scheduler.Job{Token: newToken(), Command: "true", Array: &scheduler.Array{Count: 2}})
		var first sync.WaitGroup
		ctx, stop := context.WithCancel(t.Context())
		for range 3 {
			some := slices.Clone(jobs)
			r.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
			some = some[:6]
			first.Go(func() {
				err := d.SubmitBatch(ctx, some, func(scheduler.Submitted) error { return nil })
				t.Logf("%s: a first call: %v", victim, err)
			})
		}
		pause := time.NewTimer(time.Duration(r.IntN(250)) * time.Millisecond)
		<-pause.C
		t.Logf("%s: killed: %v", victim, condor(t).KillService(t.Context(), victim, syscall.SIGKILL))
		if r.IntN(2) == 0 {
			stop()
		}
		ids := insistAll(t, d, jobs)
		first.Wait()
		stop()
		alone := jobs[r.IntN(len(jobs))]
		if id := insist(t, d, alone); id != ids[alone.Token] {
			t.Errorf("alone it is %s, not %s", id, ids[alone.Token])
		}
		wantOneOfEach(t, ids)
		if t.Failed() {
			return
		}
	}
}

// Jobs of one cluster are held, released, suspended, cancelled each alone.
func TestVerbsOnOneOfABatch(t *testing.T) {
	t.Parallel()
	d := ben(t)
	var jobs []scheduler.Job
	for range 4 {
		jobs = append(jobs, scheduler.Job{Token: newToken(), Command: "sleep", Args: []string{"300"}, Resources: scheduler.Resources{CPUs: 1000}})
	}
	ids := insistAll(t, d, jobs)
	var refs []scheduler.Ref
	for _, job := range jobs {
		refs = append(refs, scheduler.Ref{ID: ids[job.Token], Token: job.Token, Tasks: 1})
	}
	if len(maps.Collect(func(yield func(string, bool) bool) {
		for _, id := range ids {
			cluster, _, _ := strings.Cut(string(id), ".")
			yield(cluster, true)
		}
	})) != 1 {
		t.Errorf("they are not one cluster: %v", ids)
	}
	holdAll(t, d, refs[1])
	await(t, d, refs[1], "held", in(scheduler.Held))
	if err := d.Cancel(t.Context(), refs[2:3]); err != nil {
		t.Fatal(err)
	}
	await(t, d, refs[2], "cancelled", in(scheduler.Cancelled))
	for _, i := range []int{0, 3} {
		await(t, d, refs[i], "queued", in(scheduler.Queued))
	}
	releaseAll(t, d, refs[1])
	await(t, d, refs[1], "queued", in(scheduler.Queued))
	if err := d.Remove(t.Context(), refs[:1]); !errors.Is(err, fault.Conflict) {
		t.Errorf("what waits was removed: %v", err)
	}
	if err := d.Cancel(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs {
		await(t, d, ref, "cancelled", in(scheduler.Cancelled))
	}
}

// 1000 jobs as they come from 50 submitters, 50 at a time, against the same by one condor_submit each.
func TestBatchesAreFast(t *testing.T) {
	t.Parallel()
	d := ada(t)
	const each, batches = 50, 4
	jobs := func() (list []scheduler.Job) {
		for i := range each {
			list = append(list, scheduler.Job{Token: newToken(), Command: "true", Args: []string{fmt.Sprint(i)}, Resources: scheduler.Resources{CPUs: 1000}})
		}
		return list
	}
	var refs []scheduler.Ref
	batch := func() {
		for token, id := range insistAll(t, d, jobs()) {
			refs = append(refs, scheduler.Ref{ID: id, Token: token, Tasks: 1})
		}
	}
	batch() // the connection stands
	begin := time.Now()
	for range batches {
		batch()
	}
	batched := time.Since(begin) / (each * batches)
	out, err := condor(t).Run(t.Context(), "ada", "sh", "-c", `printf 'executable=/bin/true\nrequest_cpus=1000\nqueue\n' >one.sub; a=$(date +%s%N); for i in 1 2 3 4 5 6 7 8 9 10; do condor_submit -terse one.sub >/dev/null; done; echo $((($(date +%s%N) - a) / 10)); condor_rm -constraint 'OceanidToken =?= undefined' >/dev/null`)
	if err != nil {
		t.Fatal(err)
	}
	var single time.Duration
	if _, err := fmt.Sscan(string(out), (*int64)(&single)); err != nil {
		t.Fatal(err)
	}
	t.Logf("a job of a batch of %d takes %v, one condor_submit %v: %.0f times", each, batched, single, float64(single)/float64(batched))
	if err := d.Cancel(t.Context(), refs); err != nil {
		t.Fatal(err)
	}
}
