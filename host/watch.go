package host

import (
	"context"
	"iter"
	"reflect"
)

// WatchDrivers yields every driver as it stands, and then each one that has changed, as it stands then, until ctx is done: started, ready, crashed, backing
// off, failed, upgraded, kept in its old form, or, with the state "removed", gone. Who reads slowly gets the last of several changes. It
// holds nothing up, and starts no driver.
func (h *Host) WatchDrivers(ctx context.Context) iter.Seq[Driver] {
	return func(yield func(Driver) bool) {
		changed, quit := h.driversHeard.subscribe()
		defer quit()
		type key struct{ name, path string }
		told := map[key]Driver{}
		for ctx.Err() == nil {
			now := map[key]bool{}
			for _, d := range h.Drivers() {
				k := key{d.Name, d.Path}
				now[k] = true
				if was, ok := told[k]; ok && reflect.DeepEqual(was, d) {
					continue
				}
				told[k] = d
				if !yield(d) {
					return
				}
			}
			for k, d := range told {
				if now[k] {
					continue
				}
				delete(told, k)
				if !yield(Driver{Name: d.Name, Path: d.Path, Source: d.Source, State: "removed"}) {
					return
				}
			}
			if _, _, err := changed.next(ctx); err != nil {
				return
			}
		}
	}
}
