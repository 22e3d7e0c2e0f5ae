package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// rest is how long an idle process is watched.
const rest = 10 * time.Second

// resident is a process's memory in MB.
func resident(_ context.Context, pid int) (float64, error) {
	kib, err := field(fmt.Sprintf("/proc/%d/status", pid), "VmRSS")
	return kib * 1024 / 1e6, err
}

// wakeups is how often one of its threads went to sleep, and so had been woken.
func wakeups(ctx context.Context, pid int) (float64, error) {
	return grown(ctx, func() (float64, error) {
		return field(fmt.Sprintf("/proc/%d/task/*/status", pid), "voluntary_ctxt_switches")
	})
}

// processor is the time that it used, in ms: fields 14 and 15 of proc_pid_stat(5), in hundredths of a second.
func processor(ctx context.Context, pid int) (float64, error) {
	return grown(ctx, func() (float64, error) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return 0, errors.Join(errors.ErrUnsupported, err)
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) < 13 {
			return 0, fmt.Errorf("%q is no state of a process", stat)
		}
		user, err1 := strconv.ParseFloat(fields[11], 64)
		system, err2 := strconv.ParseFloat(fields[12], 64)
		return (user + system) * 10, errors.Join(err1, err2)
	})
}

// grown is how much a counter grows while the process rests.
func grown(ctx context.Context, counter func() (float64, error)) (float64, error) {
	before, err := counter()
	if err != nil {
		return 0, err
	}
	select {
	case <-time.After(rest):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	after, err := counter()
	return after - before, err
}

// field sums a field over all the files of the pattern.
func field(pattern, name string) (sum float64, err error) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		return 0, errors.Join(errors.ErrUnsupported, fmt.Errorf("there is no %s", pattern))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has ended
		}
		for line := range strings.Lines(string(text)) {
			if value, found := strings.CutPrefix(line, name+":"); found {
				n, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
				if err != nil {
					return 0, err
				}
				sum += n
			}
		}
	}
	return sum, nil
}
