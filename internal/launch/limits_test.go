package launch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/launch/launchtest"
	"github.com/oceanid/oceanid/sdk/fault"
)

// limited starts a driver under limits, and one beside it that has none and that nothing may happen to.
func limited(t *testing.T, l launch.Limits) (p, beside *launch.Process) {
	t.Helper()
	s := spec(t, launchtest.Good)
	s.Limits = l
	return start(t, s), start(t, spec(t, launchtest.Good))
}

// crashed waits for the end of a driver that exceeds a limit, which its crash must name.
func crashed(t *testing.T, p, beside *launch.Process, want string) {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("the driver goes on")
	}
	var crash *launch.Crash
	if !errors.As(p.Err(), &crash) || !strings.Contains(crash.Limit, want) || !strings.Contains(crash.Error(), want) || !errors.Is(crash, fault.Crashed) {
		t.Errorf("the driver ended with %v, want %q", p.Err(), want)
	}
	if _, err := launchtest.Command(t.Context(), beside.Conn(), ""); err != nil {
		t.Errorf("the driver beside it: %v", err)
	}
}

// unraced are the words for a driver's end that the race detector may come before: it maps memory far ahead, and has words of its own.
func unraced(words string) string {
	if raced {
		return ""
	}
	return words
}

func TestADriverThatLeaksDiesOfItsLimit(t *testing.T) {
	t.Parallel()
	p, beside := limited(t, launch.Limits{Memory: 200 << 20})
	go launchtest.Command(context.Background(), p.Conn(), "leak slowly")
	crashed(t, p, beside, unraced("of memory, with its children, and its limits allow 200 MiB"))
}

// A child's memory is the driver's.
func TestTheMemoryOfChildrenCounts(t *testing.T) {
	t.Parallel()
	p, beside := limited(t, launch.Limits{Memory: 200 << 20})
	go launchtest.Command(context.Background(), p.Conn(), "shell head -c 400000000 /dev/zero | tail -c 400000000 | sleep 3600")
	crashed(t, p, beside, "with its children, and its limits allow 200 MiB")
}

// What is faster than anybody looks the kernel refuses.
func TestADriverCannotMapFarBeyondItsLimit(t *testing.T) {
	t.Parallel()
	p, beside := limited(t, launch.Limits{Memory: 200 << 20})
	go launchtest.Command(context.Background(), p.Conn(), "leak quickly")
	crashed(t, p, beside, unraced("its limits allow 200 MiB"))
}

func TestAForkBombDiesOfItsLimit(t *testing.T) {
	t.Parallel()
	p, beside := limited(t, launch.Limits{Processes: 60})
	go launchtest.Command(context.Background(), p.Conn(), "fork 100")
	crashed(t, p, beside, "processes and threads, and its limits allow 60")
	eventually(t, "its children are gone", func() bool { return !group(p.PID()) })
}

func TestFilesAreLimitedForTheDriverAndItsChildren(t *testing.T) {
	t.Parallel()
	p, beside := limited(t, launch.Limits{Files: 64})
	for command, want := range map[string]string{
		"open 30":                     "30 <nil>",
		"open 100":                    "too many open files",
		"shell ulimit -n; ulimit -Hn": "64\n64",
	} {
		if got, err := launchtest.Command(t.Context(), p.Conn(), command); err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %q, %v; want %q", command, got, err, want)
		}
	}
	if got, err := launchtest.Command(t.Context(), beside.Conn(), "shell ulimit -n"); err != nil || got == "64" {
		t.Errorf("another driver has the limit %s, %v", got, err)
	}
}

func TestLimitsThatDoNotHoldAreSaid(t *testing.T) {
	t.Parallel()
	if said := (launch.Limits{Memory: 1 << 30, Files: 100, Processes: 100}).Unenforced(); len(said) > 0 {
		t.Errorf("on Linux all holds, and it says %q", said)
	}
	if said := (launch.Limits{Files: 1 << 40}).Unenforced(); len(said) != 1 || !strings.Contains(said[0], "the host itself may not open more than") {
		t.Errorf("more files than the host may open: %q", said)
	}
	s := spec(t, launchtest.Good)
	s.Limits.Files = -1
	if _, err := launch.Start(t.Context(), s); !errors.Is(err, fault.Invalid) {
		t.Errorf("less than nothing: %v", err)
	}
}

// A Go driver is told of its memory, unless the operator said something else.
func TestAGoDriverKnowsItsMemory(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]string{"966367638": "", "off": "off"} {
		s := spec(t, launchtest.Good)
		s.Limits.Memory = 1 << 30
		if env != "" {
			s.Env["GOMEMLIMIT"] = env
		}
		got, err := launchtest.Command(t.Context(), start(t, s).Conn(), "env")
		if err != nil || !strings.Contains("\n"+got+"\n", "\nGOMEMLIMIT="+want+"\n") {
			t.Errorf("GOMEMLIMIT is not %s: %v", want, err)
		}
	}
}

// group tells whether any process of a group is there.
func group(number int) bool {
	processes, _ := os.ReadDir("/proc")
	for _, p := range processes {
		stat, _ := os.ReadFile("/proc/" + p.Name() + "/stat")
		_, after, _ := strings.Cut(string(stat), ") ")
		var state string
		var parent, of int
		if n, _ := fmt.Sscan(after, &state, &parent, &of); n == 3 && of == number && state != "Z" {
			return true
		}
	}
	return false
}
