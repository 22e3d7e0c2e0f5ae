package main

import (
	"errors"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// BenchmarkSubmit submits jobs that wait behind one that runs: what a portal waits for.
func BenchmarkSubmit(b *testing.B) {
	p := newPool(b, 1)
	p.submit(shell("sleep 1000"))
	for b.Loop() {
		p.submit(shell("exit 0"))
	}
}

// BenchmarkJob submits a job and waits until it is told that it has ended.
func BenchmarkJob(b *testing.B) {
	p := newPool(b, 1)
	p.settings.Linger = time.Second
	if err := p.settings.write(p.folder); err != nil {
		b.Fatal(err)
	}
	from := scheduler.Cursor("")
	for b.Loop() {
		ref := p.submit(scheduler.Job{Token: newToken(), Command: "true"})
		err := p.Watch(b.Context(), from, func(e scheduler.Event) error {
			if from = e.Cursor; e.Status.Token == ref.Token && e.Status.State.Terminal() {
				return errEnough
			}
			return nil
		})
		if !errors.Is(err, errEnough) {
			b.Fatal(err)
		}
	}
}

// BenchmarkTask runs the tasks of one array, each of which does nothing.
func BenchmarkTask(b *testing.B) {
	p := newPool(b, 2)
	b.ResetTimer()
	p.wait(p.submit(array(scheduler.Job{Token: newToken(), Command: "true"}, b.N)))
}
