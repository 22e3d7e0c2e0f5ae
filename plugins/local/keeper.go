package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// keeper runs the tasks of one folder, and writes down what becomes of them. Everything but the tasks' own goroutines happens in its loop,
// which alone touches its fields: it takes in what the control folder asks for, chooses tasks for the free slots, writes down what is new, and only
// then starts what it chose.
type keeper struct {
	folder   folder
	log      *slog.Logger
	node     string
	settings settings

	// jobs are those that have not ended, in the order in which they were submitted.
	jobs    []*job
	byToken map[string]*job
	// touched are those with something new.
	touched map[*job]bool
	// used are the slots that live tasks have.
	used int

	// chosen are tasks that will be started once it is written down that they may have been.
	chosen []*task
	events *events
	untold []record

	news     chan news
	tasks    sync.WaitGroup
	draining bool
}

// runKeeper is the keeper's whole life: from taking the folder, if no other keeper has it, until there has been nothing to do for a while.
func runKeeper(path string) error {
	ready := os.NewFile(readyFile, "ready")
	defer ready.Close()
	k, lock, err := takeFolder(path)
	if err != nil {
		fmt.Fprintf(ready, "%v", err)
		return err
	}
	if lock == nil {
		return nil
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer signal.Stop(signals)
	changes, stop := watchFolder(k.folder.control(""), k.log)
	defer stop()
	ready.Close()
	k.log.Info("keeper begins", "pid", os.Getpid())
	defer k.log.Info("keeper ends")
	for {
		err := k.loop(changes, signals)
		lock.Close()
		if err != nil || k.draining {
			return err
		}
		// Whoever submitted while the lock was held relies on this keeper; whoever did after starts another.
		if again, err := k.anything(); err != nil || !again {
			return err
		}
		if lock, err = waitLock(k.folder); err != nil || lock == nil {
			return err
		}
	}
}

// takeFolder opens the folder and locks it; no lock and no error: another keeper has it.
func takeFolder(path string) (*keeper, *os.File, error) {
	f, err := openFolder(path)
	if err != nil {
		return nil, nil, err
	}
	s, err := readSettings(f)
	if err != nil {
		return nil, nil, err
	}
	node, err := os.Hostname()
	if err != nil {
		return nil, nil, err
	}
	lock, err := waitLock(f)
	if err != nil || lock == nil {
		return nil, nil, err
	}
	return &keeper{
		folder: f, node: node, settings: s,
		log:     slog.New(slog.NewTextHandler(os.Stderr, nil)),
		byToken: make(map[string]*job),
		touched: make(map[*job]bool),
		events:  &events{dir: f.events()},
		news:    make(chan news),
	}, lock, nil
}

// waitLock takes the folder's lock, and lets those pass who hold it for the moment that it takes to ask whether somebody has it.
func waitLock(f folder) (*os.File, error) {
	for range 50 {
		lock, free, err := tryLock(f.lock(), syscall.LOCK_EX)
		if err != nil || free {
			return lock, err
		}
		time.Sleep(2 * time.Millisecond)
	}
	return nil, nil
}

// loop runs tasks until there has been nothing to do for a while, or, after SIGTERM, until the running ones have ended. When the folder
// is taken away it ends them.
func (k *keeper) loop(changes <-chan struct{}, signals <-chan os.Signal) error {
	ctx, stop := context.WithCancel(context.Background())
	defer k.tasks.Wait()
	defer stop()
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	k.sweep(ctx)
	k.takeIn(ctx)
	var idle, again <-chan time.Time
	for {
		k.choose(ctx)
		again = nil
		if err := k.commit(); err != nil {
			k.log.Error("what is new could not be written down; no task is started until it is", "error", err)
			again = time.After(time.Second)
		} else {
			k.launch()
		}
		switch {
		case k.draining && k.quiet():
			return k.events.close()
		case len(k.jobs) > 0:
			idle = nil
		case idle == nil:
			idle = time.After(k.settings.linger())
		}
		select {
		case <-idle:
			return k.events.close()
		case <-again:
		case <-hourly.C:
			k.sweep(ctx)
		case s := <-signals:
			if s != syscall.SIGHUP {
				k.draining = true
				k.log.Info("asked to end: nothing more is started", "signal", s)
			}
		case n := <-k.news:
			k.note(n)
			k.noteMore()
		case <-changes:
			if gone := k.folder.check(); errors.Is(gone, fs.ErrNotExist) {
				stop()
				k.abandon()
				return gone
			}
			k.takeIn(ctx)
		}
	}
}

// quiet tells whether nothing runs and everything is written down.
func (k *keeper) quiet() bool {
	if len(k.untold) > 0 {
		return false
	}
	for _, j := range k.jobs {
		if len(j.live) > 0 || len(j.unsaved) > 0 {
			return false
		}
	}
	return true
}

// noteMore takes what other tasks have to tell at the same time: it is then written down in one go.
func (k *keeper) noteMore() {
	for {
		select {
		case n := <-k.news:
			k.note(n)
		default:
			return
		}
	}
}

// abandon waits for the end of tasks that were stopped, for which there is no place to write it down.
func (k *keeper) abandon() {
	for _, t := range k.chosen {
		delete(t.job.live, t.index)
	}
	k.chosen = nil
	for _, j := range k.jobs {
		for len(j.live) > 0 {
			k.note(<-k.news)
		}
	}
}
