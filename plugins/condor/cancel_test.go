package main

import (
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A cancel that the schedd has not taken is told, so that it is asked for again.
func TestCancelThatTheScheddHasNotTaken(t *testing.T) {
	t.Parallel()
	tools := "/srv/" + newToken()
	onPoint(t, "root", "mkdir "+tools+" && printf '#!/bin/sh\\necho \"ERROR: Can'\"'\"'t find address of local schedd\" >&2\\nexit 1\\n' >"+tools+"/condor_rm && chmod -R 755 "+tools)
	c := account(t, "ben")
	c.Tools = tools
	d := open(t, c)
	ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"60"}})
	wantFault(t, d.Cancel(t.Context(), []scheduler.Ref{ref}), fault.Unavailable, "Can't find address")
	if err := ben(t).Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
		t.Fatal(err)
	}
	await(t, d, ref, "cancelled", in(scheduler.Cancelled))
}
