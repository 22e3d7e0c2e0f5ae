package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The connections of HTCondor's tools are cut at any moment of a submission: to the collector, to the schedd, in the middle of the files. Each becomes one job.
func TestConnectionCutInSubmissionsByToken(t *testing.T) {
	t.Parallel()
	g, here := onPortal(t, nil)
	if !here {
		return
	}
	r := openRemote(t, g.config("good"), t.TempDir())
	ids := make(map[string]scheduler.ID)
	limit := time.Now().Add(patience)
	for broken := 0; broken < 5; {
		if time.Now().After(limit) {
			t.Fatalf("only %d submissions broke", broken)
		}
		job := sh(`cmp in in2 && echo done`)
		job.Token, job.Inputs = newToken(), []scheduler.Input{{Name: "in", Size: 4 << 20}, {Name: "in2", Size: 4 << 20}}
		for _, in := range job.Inputs {
			if err := r.Upload(t.Context(), job.Token, in, strings.NewReader(strings.Repeat("input of a job\n\n", 4<<16))); err != nil {
				t.Fatal(err)
			}
		}
		first := make(chan error, 1)
		go func() {
			_, err := r.Submit(t.Context(), job)
			first <- err
		}()
		cut, err := cutOnce(t, time.Duration(rand.IntN(200))*time.Millisecond, first)
		t.Logf("cut: %q; the first call: %v", cut, err)
		if err != nil {
			wantFault(t, err, fault.Unavailable)
			broken++
		}
		ids[job.Token], err = insistByToken(t.Context(), r, job)
		if err != nil {
			t.Fatalf("submit: %v", err)
		}
	}
	wantEachOnce(t, r, ids)
}

// cutOnce waits for so long after the submission has begun, then cuts whatever connections HTCondor's tools have first, and waits for what the submission says.
func cutOnce(t *testing.T, after time.Duration, done <-chan error) (tool string, err error) {
	t.Helper()
	next := time.After(after)
	for {
		select {
		case err := <-done:
			return tool, err
		case <-next:
			if tool = cutConnections(); tool == "" {
				next = time.After(2 * time.Millisecond)
			}
		}
	}
}

// cutConnections cuts the TCP connections of a process that is one of HTCondor's tools, and of this account, in both directions, as a router does that goes down. It
// gives the tool's name; "": there was none.
func cutConnections() (tool string) {
	names, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, path := range names {
		name, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(name), "condor_") {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		process, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			continue
		}
		defer unix.Close(process)
		open, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/[0-9]*", pid))
		for _, path := range open {
			number, _ := strconv.Atoi(filepath.Base(path))
			fd, err := unix.PidfdGetfd(process, number, 0)
			if err != nil {
				continue
			}
			peer, err := unix.Getpeername(fd)
			if _, tcp := peer.(*unix.SockaddrInet4); err == nil && tcp && unix.Shutdown(fd, unix.SHUT_RDWR) == nil {
				tool = strings.TrimSpace(string(name))
			}
			unix.Close(fd)
		}
		if tool != "" {
			return tool
		}
	}
	return ""
}
