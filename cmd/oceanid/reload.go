package main

import (
	"context"
	"fmt"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
)

// longestReload is how long a reload may take: a driver that starts, or looks at configurations, for longer than that hangs.
const longestReload = 2 * time.Minute

// reload lets the host take over the configuration as it is now, and tells what happened, a line for each change. It gives up after longestReload.
func (a *app) reload(ctx context.Context, h *host.Host) {
	limited, cancel := context.WithTimeoutCause(ctx, longestReload, fault.Timeout.New("not done within %v", longestReload))
	defer cancel()
	changes, err := h.Reload(limited)
	for _, line := range said(changes) {
		a.note("%s", line)
	}
	switch {
	case err == nil:
		a.note("reloaded")
	case ctx.Err() != nil:
	case limited.Err() != nil:
		a.complain(err)
		a.note("not reloaded, but for what is said above: a driver or the store does not answer; reload again when it does")
	default:
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
