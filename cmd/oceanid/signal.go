package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// interruption is why a context has ended: somebody pressed Ctrl-C, or sent SIGTERM.
type interruption struct{ signal syscall.Signal }

func (i *interruption) Error() string {
	if i.signal == syscall.SIGTERM {
		return "told to end"
	}
	return "interrupted"
}

// code is what a shell makes of a program that a signal has ended.
func (i *interruption) code() int { return 128 + int(i.signal) }

// interrupted is the interruption that has ended a context, or nil.
func interrupted(ctx context.Context) *interruption {
	i := (*interruption)(nil)
	errors.As(context.Cause(ctx), &i)
	return i
}

// leaving is an interruption that leaves a job to itself.
type leaving struct {
	*interruption
	id string
	// then is what becomes of it: "the job goes on".
	then string
}

func (l *leaving) Error() string {
	return fmt.Sprintf("%v; %s: oceanid jobs watch %s", l.interruption, l.then, l.id)
}

// goesOn leaves a job that has not ended.
func goesOn(sig *interruption, id string) *leaving { return &leaving{sig, id, "the job goes on"} }

// untilSignal gives a context that ends with the first SIGINT or SIGTERM, so that the command ends in good order; the second one ends the process at once.
func untilSignal(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	arrived := make(chan os.Signal, 1)
	signal.Notify(arrived, syscall.SIGINT, syscall.SIGTERM)
	var waiting sync.WaitGroup
	waiting.Go(func() {
		defer signal.Stop(arrived)
		select {
		case s := <-arrived:
			cancel(&interruption{s.(syscall.Signal)})
		case <-ctx.Done():
		}
	})
	return ctx, func() { cancel(nil); waiting.Wait() }
}
