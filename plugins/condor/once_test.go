package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// clusters are the identifiers of all jobs that the schedd ever took with this token. It waits for a schedd that answers.
func clusters(t *testing.T, token string) []string {
	t.Helper()
	return clustersOf(t, token)[token]
}

// clustersOf is clusters of many tokens.
func clustersOf(t *testing.T, tokens ...string) map[string][]string {
	t.Helper()
	script := fmt.Sprintf(`set -e; c='member(OceanidToken, {"%s"})'; id='ifThenElse(OceanidTasks == 1, strcat(ClusterId, ".", ProcId), string(ClusterId))'
condor_q -constraint "$c" -af OceanidToken "$id"; condor_q -factory -constraint "$c" -af OceanidToken "$id"; condor_history -constraint "$c" -af OceanidToken "$id"`, strings.Join(tokens, `", "`))
	limit := time.Now().Add(patience)
	for {
		out, err := condor(t).Run(t.Context(), "ben", "sh", "-c", script)
		if err == nil {
			all := make(map[string][]string)
			for _, line := range slices.Compact(slices.Sorted(strings.Lines(string(out)))) {
				token, id, _ := strings.Cut(strings.TrimSpace(line), " ")
				all[token] = append(all[token], id)
			}
			return all
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func wantOne(t *testing.T, token string, id scheduler.ID) {
	t.Helper()
	wantOneOfEach(t, map[string]scheduler.ID{token: id})
}

// wantOneOfEach looks whether the schedd ever took one job with each token, and which.
func wantOneOfEach(t *testing.T, ids map[string]scheduler.ID) {
	t.Helper()
	all := clustersOf(t, slices.Collect(maps.Keys(ids))...)
	for token, id := range ids {
		if got := all[token]; len(got) != 1 || got[0] != string(id) {
			t.Errorf("token %s was told to be %s and has the clusters %q", token, id, got)
		}
	}
}

// insist submits until that comes through.
func insist(t *testing.T, d *driver, job scheduler.Job) scheduler.ID {
	t.Helper()
	limit := time.Now().Add(patience)
	for {
		id, err := d.Submit(t.Context(), job)
		if err == nil {
			return id
		}
		if kind := fault.Of(err); kind != fault.Unavailable || time.Now().After(limit) {
			t.Fatalf("submit: %v", err)
		}
		after, _ := fault.RetryAfter(err)
		time.Sleep(max(after, 100*time.Millisecond))
	}
}

func TestSameTokenAtOnceIsOneJob(t *testing.T) {
	t.Parallel()
	job := scheduler.Job{Token: newToken(), Command: "true", Array: &scheduler.Array{Count: 3}}
	ids := make([]scheduler.ID, 20)
	var all sync.WaitGroup
	for i := range 4 {
		d := ben(t)
		for j := range 5 {
			all.Go(func() { ids[i*5+j] = insist(t, d, job) })
		}
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("the identifiers are %q", ids)
		}
	}
	wantOne(t, job.Token, ids[0])
}

func TestConnectionCutInMidSubmit(t *testing.T) {
	t.Parallel()
	p := newProxy(t, sshAddr(t), 2*time.Millisecond)
	d := open(t, p.through(t, account(t, "ben")))
	for range 12 {
		if _, err := d.at(t.Context()); err != nil {
			// The connection that was cut may still have to be given up.
			t.Log(err)
		}
		job := scheduler.Job{Token: newToken(), Command: "true"}
		first := make(chan error)
		go func() {
			_, err := d.Submit(t.Context(), job)
			first <- err
		}()
		time.Sleep(time.Duration(rand.IntN(80)) * time.Millisecond)
		p.cut()
		t.Logf("the first call: %v", <-first)
		wantOne(t, job.Token, insist(t, d, job))
	}
}

// Whatever is on the access point when a submission is repeated, the job is found: in the queue, in the history, in the log.
func TestJobIsAdoptedWhenItsAnswerWasLost(t *testing.T) {
	t.Parallel()
	d := ben(t)
	forget := func(t *testing.T, user, token string) {
		t.Helper()
		if _, err := condor(t).Run(t.Context(), user, "sh", "-c", "cd ~/.oceanid/attempts && rm ../batches/$(dirname $(readlink "+token+"))/ids"); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("queue", func(t *testing.T) {
		t.Parallel()
		job := scheduler.Job{Token: newToken(), Command: "sleep", Args: []string{"300"}}
		ref := submit(t, d, job)
		defer d.Cancel(context.WithoutCancel(t.Context()), []scheduler.Ref{ref})
		forget(t, "ben", job.Token)
		if id := insist(t, d, job); id != ref.ID {
			t.Errorf("it was %s and is %s", ref.ID, id)
		}
		wantOne(t, job.Token, ref.ID)
	})
	t.Run("history", func(t *testing.T) {
		t.Parallel()
		job := scheduler.Job{Token: newToken(), Command: "true"}
		ref := submit(t, d, job)
		await(t, d, ref, "ended", ended)
		forget(t, "ben", job.Token)
		if id := insist(t, d, job); id != ref.ID {
			t.Errorf("it was %s and is %s", ref.ID, id)
		}
		wantOne(t, job.Token, ref.ID)
	})
	t.Run("factory", func(t *testing.T) {
		t.Parallel()
		d := ada(t)
		job := scheduler.Job{Token: newToken(), Command: "sleep", Args: []string{"300"}, Array: &scheduler.Array{Count: 5000}, Resources: scheduler.Resources{CPUs: most}}
		ref := submit(t, d, job)
		forget(t, "ada", job.Token)
		if id := insist(t, d, job); id != ref.ID {
			t.Errorf("it was %s and is %s", ref.ID, id)
		}
		if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
			t.Fatal(err)
		}
		wantOne(t, job.Token, ref.ID)
	})
	t.Run("log", func(t *testing.T) {
		t.Parallel()
		// A job that the queue and the history have forgotten: its folder says that it was begun, and the log whose it was.
		token := newToken()
		script := `cd ~/.oceanid && mkdir -p attempts batches/x` + token + ` && ln -s x` + token + `/` + token + ` attempts/ && date +%s >batches/x` + token + `/begun &&
			printf '000 (987654.000.000) 2026-01-01 00:00:00 Job submitted from host: <x>\n    oceanid:` + token + `:1\n...\n' >>events/1.log`
		if _, err := d.at(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := condor(t).Run(t.Context(), "ben", "sh", "-c", script); err != nil {
			t.Fatal(err)
		}
		if id := insist(t, d, scheduler.Job{Token: token, Command: "true"}); id != "987654.0" {
			t.Errorf("it is %s", id)
		}
	})
	t.Run("nowhere", func(t *testing.T) {
		t.Parallel()
		// An attempt that never came through: now it does.
		token := newToken()
		if _, err := d.at(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := condor(t).Run(t.Context(), "ben", "sh", "-c", "cd ~/.oceanid && mkdir -p attempts batches/x"+token+" && ln -s x"+token+"/"+token+" attempts/ && date +%s >batches/x"+token+"/begun"); err != nil {
			t.Fatal(err)
		}
		wantOne(t, token, insist(t, d, scheduler.Job{Token: token, Command: "true"}))
	})
}

// A job that was cancelled before it was handed over is never handed over, however late a submission comes that was on its way.
func TestCancelledBeforeItWasHandedOver(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := scheduler.Job{Token: newToken(), Command: "true"}
	ref := scheduler.Ref{Token: job.Token, Tasks: 1}
	if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	_, err := d.Submit(t.Context(), job)
	wantFault(t, err, fault.Conflict, "cancelled")
	if got := clusters(t, job.Token); len(got) != 0 {
		t.Errorf("it has the clusters %q", got)
	}
	if s := query(t, d, ref)[0]; s.State != scheduler.Cancelled {
		t.Errorf("%+v", s)
	}
}

// Of a job that is being handed over nothing can be said: it is not lost.
func TestBeingHandedOverIsNotLost(t *testing.T) {
	t.Parallel()
	d := ben(t)
	p, err := d.at(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ref := scheduler.Ref{Token: newToken(), Tasks: 1}
	lock := condor(t).Command(t.Context(), "ben", "sh", "-c", "cd "+p.dir+" && mkdir -p attempts batches/x"+ref.Token+" && ln -s x"+ref.Token+"/"+ref.Token+" attempts/ && exec flock batches/x"+ref.Token+"/lock sh -c 'echo; cat'")
	stdin, stdout := must(lock.StdinPipe()), must(lock.StdoutPipe())
	if err := lock.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	count := func() (told []scheduler.Status) {
		err := d.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{ref}}, func(s scheduler.Status) error {
			told = append(told, s)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return told
	}
	if told := count(); len(told) != 0 {
		t.Errorf("told %+v", told)
	}
	stdin.Close()
	if err := lock.Wait(); err != nil {
		t.Fatal(err)
	}
	if told := count(); len(told) != 1 || told[0].State != scheduler.Lost {
		t.Errorf("told %+v", told)
	}
}

// What condor_submit itself does not like is the job's fault, and nothing remains in the queue.
func TestPoolRefusesAJob(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := scheduler.Job{Token: newToken(), Command: "true"}
	c := account(t, "ben")
	c.Tools = "/home/ben/tools"
	script := `mkdir -p ~/tools && cd ~/tools && printf '#!/bin/sh\necho "ERROR: Parse error in expression" >&2\nexit 1\n' >condor_submit && chmod +x condor_submit && for t in condor_q condor_history; do ln -sf /usr/bin/$t .; done`
	if _, err := condor(t).Run(t.Context(), "ben", "sh", "-c", script); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, c).Submit(t.Context(), job)
	wantFault(t, err, fault.Invalid, "Parse error", "condor_submit")
	// With tools that take it the same job comes through.
	wantOne(t, job.Token, insist(t, d, job))
}
