package soak_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/oceanid/oceanid/host"
)

// clearAway deletes all jobs: of none of them, and of none of the attempts at one that were killed half way, is there a file at the access point then.
func (f *fleet) clearAway(h *host.Host, jobs map[string]*host.Job) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 10*time.Minute)
	defer cancel()
	var g errgroup.Group
	g.SetLimit(8)
	for _, j := range jobs {
		g.Go(func() error { return j.Delete(ctx) })
	}
	if err := g.Wait(); err != nil {
		f.t.Fatal(err)
	}
	// An attempt that was killed before it named a job leaves its folder until the driver sweeps.
	const kept = `cd /home/ben/.oceanid && { find jobs uploads -mindepth 1 2>/dev/null; find batches -name begun; } | sort | head -n 20`
	out, err := f.lab.Run(ctx, "root", "sh", "-c", kept)
	if err != nil || len(out) > 0 {
		f.t.Errorf("all jobs are deleted, and the access point still has (%v):\n%s", err, out)
	}
}

// nothingLeft waits until the drivers of all lives are gone, and everything that they had started at the access point.
func (f *fleet) nothingLeft() {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), time.Minute)
	defer cancel()
	for {
		var left []string
		commands, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, file := range commands {
			if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, []byte(f.dir)) {
				left = append(left, fmt.Sprintf("%s %q", file, text))
			}
		}
		// ps fails when there is none.
		if out, err := f.lab.Run(ctx, "root", "ps", "-u", "ben", "-o", "pid=,args="); err == nil {
			left = append(left, string(out))
		}
		if len(left) == 0 {
			return
		}
		select {
		case <-time.After(100 * time.Millisecond): // before the next look
		case <-ctx.Done():
			f.t.Fatalf("left a minute after the end of all portals: %q", left)
		}
	}
}
