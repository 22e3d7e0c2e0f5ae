package main

import (
	"strings"
	"testing"
)

// Everything that is shown, as a table and as JSON, of one world that nobody changes meanwhile.
func TestShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.in = strings.NewReader(canary)
	w.must("schedulers", "create", "memory", "by hand", "--host", "two.example.org", "--set", "transfer.chunk=4096", "--set", "mode=slow", "--secret", "password=-")
	model := w.write("model", "#!/bin/sh\n")
	one := w.must("jobs", "submit", "filed", "--wait", "--name", "flood \u202e☃", "--user", "ada", "--label", "project=flood", "--label", "year=2026", "--input", model, "--input", model+":copy",
		"--stdin", "copy", "--output", "h.csv", "--env", "GREETING=a b", "--cpus", "1.5", "--memory", "2GiB", "--disk", "10GB", "--gpus", "1", "--run-time", "90m", "--", "succeed", "a b", "$HOME", "")
	w.run("jobs", "submit", "by hand", "--wait", "--user", "grace", "--", "fail")
	array := w.must("jobs", "submit", "filed", "--array", "12", "--", "mixed")
	for name, args := range map[string][]string{
		"drivers-list":      {"drivers", "list"},
		"drivers-describe":  {"drivers", "describe", "memory"},
		"schedulers-list":   {"schedulers", "list"},
		"schedulers-none":   {"schedulers", "list", "--type", "condor"},
		"schedulers-show":   {"schedulers", "show", "by hand"},
		"schedulers-filed":  {"schedulers", "show", "filed"},
		"jobs-list":         {"jobs", "list"},
		"jobs-list-limit":   {"jobs", "list", "--limit", "1"},
		"jobs-list-user":    {"jobs", "list", "--user", "ada", "--label", "year=2026"},
		"jobs-list-state":   {"jobs", "list", "--state", "failed", "--state", "lost"},
		"jobs-list-none":    {"jobs", "list", "--scheduler", "by hand", "--state", "running"},
		"jobs-show":         {"jobs", "show", one},
		"jobs-show-array":   {"jobs", "show", array},
		"jobs-watch-ended":  {"jobs", "watch", one},
		"jobs-logs":         {"jobs", "logs", one, "--offset", "2"},
		"config-check":      {"config", "check"},
		"help-exit-codes":   {"help", "exit-codes"},
		"schedulers-tested": {"schedulers", "test", "by hand"},
		"schedulers-denied": {"schedulers", "test", "filed"},
	} {
		// Not in parallel: the world is one folder.
		t.Run(name, func(t *testing.T) {
			w := w.of(t)
			w.golden(name, w.run(args...))
			if !strings.HasPrefix(name, "help") {
				w.golden(name+"-json", w.run(append(args, "-o", "json")...))
			}
		})
	}
}
