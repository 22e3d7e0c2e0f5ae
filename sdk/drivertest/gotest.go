package drivertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/internal/process"
)

// Scheduler tests a driver written in Go, with a subtest for each check. config is the configuration to test with: the driver's own configuration struct, of
// which fields that are zero take their defaults, or a map or JSON text by the names in the schema. o may add options; Config in it is not used.
//
// The driver runs in a process of its own: the test binary executes itself and comes to this very call, where it serves the plugin and does not return.
// What the test does before the call is done in that process too. Where that is much, or where TestMain is, let TestMain begin with [Main].
func Scheduler(t *testing.T, p sdk.Plugin, config any, o ...Options) {
	t.Helper()
	if process.StartedByHost() {
		sdk.Main(p)
	}
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	var options Options
	if len(o) > 0 {
		options = o[0]
	}
	var err error
	if options.Config, err = canonical(config); err != nil {
		t.Fatalf("the configuration to test with: %v", err)
	}
	Binary(t, again(t), options)
}

// Main serves the plugin where this process is one that [Scheduler] has started, and does not return then; else it does nothing. It is for a TestMain that
// does what the driver's process has no use for.
func Main(p sdk.Plugin) {
	if process.StartedByHost() {
		sdk.Main(p)
	}
}

// again is a program that executes this test binary, for this one test. A driver's process has no arguments, so it is a script.
func again(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var pattern []string
	for name := range strings.SplitSeq(t.Name(), "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(name)+"$")
	}
	script := fmt.Sprintf("#!/bin/sh\n"+
		"# A program built with the race detector would otherwise sleep for a second before it exits.\n"+
		"GORACE=\"atexit_sleep_ms=0 ${GORACE:-}\"; export GORACE\n"+
		"exec %s -test.run=%s -test.count=1\n", quote(self), quote(strings.Join(pattern, "/")))
	path := filepath.Join(t.TempDir(), "driver")
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Binary tests an executable, with a subtest for each check: t.Run filters them as it does any. What does not apply is skipped and says why.
func Binary(t *testing.T, path string, o Options) {
	t.Helper()
	s, err := open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	var observing sync.Mutex
	var all sync.WaitGroup
	turns := make(chan struct{}, s.o.Parallel)
	for _, c := range catalogue() {
		if !s.o.wants(c.Name) {
			continue
		}
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			t.Run(c.Name, func(t *testing.T) {
				r := s.try(context.WithoutCancel(t.Context()), c)
				if s.o.Observe != nil {
					observing.Lock()
					defer observing.Unlock()
					s.o.Observe(r)
				}
				switch r.Outcome {
				case Failed:
					t.Errorf("promised: %s\nseen: %s\nto do: %s", c.Promise, r.Problem, r.Advice)
				case NotApplicable:
					t.Skip(r.Problem)
				}
			})
		})
	}
	all.Wait()
}
