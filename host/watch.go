package host

import (
	"context"
	"iter"
	"reflect"
)

// WatchDrivers yields every driver as it stands, and then each one that has changed, as it stands then, until ctx is done: started, ready, crashed, backing
// off, failed, upgraded, kept in its old form, or, with the state "removed", gone; one whose program is at another path is told as gone, and then as it is.
// Who reads slowly gets the last of several changes, but misses no crash: the last one stays, and their number grows. It holds nothing up, and starts no
// driver.
func (h *Host) WatchDrivers(ctx context.Context) iter.Seq[Driver] {
	return func(yield func(Driver) bool) {
		changed, quit := h.driversHeard.subscribe()
		defer quit()
		type key struct{ name, path string }
		told := map[key]Driver{}
		for ctx.Err() == nil {
			all, now := h.Drivers(), map[key]bool{}
			for _, d := range all {
				now[key{d.Name, d.Path}] = true
			}
			// First of all what is gone: another program of that name is told after it.
			for k, d := range told {
				if now[k] {
					continue
				}
				delete(told, k)
				if !yield(Driver{Name: d.Name, Path: d.Path, Source: d.Source, State: "removed"}) {
					return
				}
			}
			for _, d := range all {
				k := key{d.Name, d.Path}
				if was, ok := told[k]; ok && reflect.DeepEqual(was, d) {
					continue
				}
				told[k] = d
				if !yield(d) {
					return
				}
			}
			if _, _, err := changed.next(ctx); err != nil {
				return
			}
		}
	}
}
