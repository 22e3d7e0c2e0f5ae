package main

import (
	"context"
	"fmt"

	"github.com/oceanid/oceanid/host"
)

// reload lets the host take over the configuration as it is now, and tells what happened, a line for each change.
func (a *app) reload(ctx context.Context, h *host.Host) {
	changes, err := h.Reload(ctx)
	for _, line := range said(changes) {
		a.note("%s", line)
	}
	switch {
	case err == nil:
		a.note("reloaded")
	case ctx.Err() == nil:
		a.complain(err)
		a.note("not reloaded: everything is as it was")
	}
}

// said puts changes into words.
func said(c host.Changes) (lines []string) {
	for _, l := range []struct {
		names []string
		words string
	}{
		{c.Added, "driver %q can be used now"},
		{c.Upgraded, "driver %q is used in its new form"},
		{c.Removed, "driver %q is gone"},
		{c.SchedulersAdded, "scheduler %q is new"},
		{c.SchedulersChanged, "scheduler %q has changed"},
	} {
		for _, name := range l.names {
			lines = append(lines, fmt.Sprintf(l.words, name))
		}
	}
	for _, k := range c.Kept {
		lines = append(lines, fmt.Sprintf("%s: %s", k.What, k.Reason))
	}
	return lines
}
