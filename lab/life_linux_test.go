package lab_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/oceanid/oceanid/lab"
)

// ownerVariable makes this test binary an owner for others to kill.
const ownerVariable = "OCEANID_LAB_TEST_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerVariable) != "" {
		if err := own(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// own starts a lab, tells its traces, and waits to be killed.
func own() error {
	l, err := lab.Start(context.Background(), lab.Options{Redis: true, SSH: true})
	if err != nil {
		return err
	}
	tr := tracesOf(l)
	fmt.Println(tr.String())
	select {}
}

func TestStopLeavesNothing(t *testing.T) {
	t.Parallel()
	l := lab.ForTest(t, lab.Options{Condor: true, SSH: true, Redis: true})
	tr := tracesOf(l)
	tr.hold(t)
	if got := tr.processes(t); len(got) < 8 {
		t.Fatalf("the test sees only these processes of a running pool: %q", got)
	}
	// One that runs beside the services, and one that has left its parent.
	if _, err := l.Run(t.Context(), "ada", "sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 </dev/null &"); err != nil {
		t.Fatal(err)
	}
	if err := l.Stop(); err != nil {
		t.Fatal(err)
	}
	if left := tr.left(t); left != "" {
		t.Fatalf("after Stop: %s", left)
	}
	if err := l.Stop(); err != nil {
		t.Fatalf("a second Stop: %v", err)
	}
	if _, err := l.Run(t.Context(), "root", "true"); err == nil {
		t.Fatal("Run in a stopped lab did not fail")
	}
}

func TestKilledOwnerLeavesNothing(t *testing.T) {
	t.Parallel()
	lab.Require(t)
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerVariable+"=1")
	owner.Stderr = os.Stderr
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Process.Kill(); _ = owner.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the owner did not start its lab: %v", err)
	}
	var tr traces
	if err := json.Unmarshal(line, &tr); err != nil {
		t.Fatal(err)
	}
	tr.hold(t)
	if len(tr.processes(t)) == 0 {
		t.Fatal("the test sees no process of a running lab")
	}
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() string {
		if found := tr.processes(t); len(found) > 0 {
			return fmt.Sprintf("processes %q", found)
		}
		return ""
	})
	// The next start removes the directory; the link goes with the processes.
	lab.ForTest(t, lab.Options{})
	eventually(t, func() string { return tr.left(t) })
}

func TestSideBySide(t *testing.T) {
	t.Parallel()
	first := lab.ForTest(t, lab.Options{Redis: true})
	second := lab.ForTest(t, lab.Options{Redis: true})
	if first.Addr() == second.Addr() {
		t.Fatalf("both have the address %s", first.Addr())
	}
	for _, l := range []*lab.Lab{first, second} {
		askRedis(t, l.Redis().URL, nil, "SET", "lab", l.Addr())
	}
	for _, l := range []*lab.Lab{first, second} {
		if got := askRedis(t, l.Redis().URL, nil, "GET", "lab"); got != l.Addr() {
			t.Errorf("lab %s holds %q", l.Addr(), got)
		}
	}
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	if got := askRedis(t, second.Redis().URL, nil, "GET", "lab"); got != second.Addr() {
		t.Errorf("after the end of the other, lab %s holds %q", second.Addr(), got)
	}
}

func TestStartBoundedByContext(t *testing.T) {
	t.Parallel()
	lab.Require(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lab.Start(ctx, lab.Options{Condor: true}); err == nil {
		t.Fatal("Start succeeded under a context that had ended")
	}
}
