package main

import (
	"log/slog"
	"time"

	"github.com/fsnotify/fsnotify"
)

// How often a folder is looked at without having been told of a change: seldom where the kernel tells, often where it does not (a network file
// system, or no inotify instance left).
const (
	lookSeldom = 2 * time.Second
	lookOften  = 100 * time.Millisecond
)

// watchFolder gives a token when something in the folder may have come or changed: soon after it has, and now and then in any case. Call stop
// when done.
func watchFolder(path string, log *slog.Logger) (changes <-chan struct{}, stop func()) {
	every := lookSeldom
	watcher, err := fsnotify.NewWatcher()
	if err == nil {
		if err = watcher.Add(path); err != nil {
			watcher.Close()
		}
	}
	if err != nil {
		log.Debug("no notice of changes, looking for them instead", "folder", path, "error", err)
		watcher, every = &fsnotify.Watcher{}, lookOften
	}
	out, quit, done := make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick, told := time.NewTicker(every), watcher.Events
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case event, ok := <-told:
				if !ok {
					told = nil
					tick.Reset(lookOften)
				}
				if event.Op == fsnotify.Remove {
					continue
				}
			case <-watcher.Errors:
			case <-tick.C:
			}
			select {
			case out <- struct{}{}:
			default:
			}
		}
	}()
	return out, func() {
		close(quit)
		<-done
		if err == nil {
			watcher.Close()
		}
	}
}
