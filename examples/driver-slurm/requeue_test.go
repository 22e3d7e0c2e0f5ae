package main

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/lab"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// A job that Slurm puts back into the queue, because an administrator wants it or because its node has failed, waits again and says why: what became of its
// first run is no end of it. (Slurm lets two minutes pass before it runs it again, which this does not wait for.)
func TestPutBackIntoTheQueue(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Slurm: true, SSH: true})
	d := open(t, account(l, "ben"))
	root := func(t *testing.T, args ...string) string {
		t.Helper()
		out, err := l.Run(t.Context(), "root", args...)
		if err != nil {
			t.Fatalf("%q: %s %v", args, out, err)
		}
		return strings.TrimSpace(string(out))
	}
	node := root(t, "sinfo", "-h", "-o", "%n")
	for name, c := range map[string]struct{ away, back []string }{
		"by an administrator": {[]string{"scontrol", "requeue", "ID"}, nil},
		"its node failed": {
			[]string{"scontrol", "update", "NodeName=" + node, "State=DOWN", "Reason=test"},
			[]string{"scontrol", "update", "NodeName=" + node, "State=RESUME"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			ref := submit(t, d, scheduler.Job{Command: "sleep", Args: []string{"1000"}})
			awaitState(t, d, ref, "running", in(scheduler.Running))
			for i, arg := range c.away {
				c.away[i] = strings.ReplaceAll(arg, "ID", string(ref.ID))
			}
			root(t, c.away...)
			s := awaitState(t, d, ref, "waiting again", func(s scheduler.Status) bool {
				if s.State.Terminal() {
					t.Fatalf("put back it is told as %+v", s)
				}
				return s.State == scheduler.Queued
			})[0]
			if s.Reason == "" {
				t.Errorf("%+v does not say why", s)
			}
			if c.back != nil {
				root(t, c.back...)
			}
			if err := d.Cancel(t.Context(), []scheduler.Ref{ref}); err != nil {
				t.Fatal(err)
			}
			awaitState(t, d, ref, "cancelled", in(scheduler.Cancelled))
		})
	}
}
