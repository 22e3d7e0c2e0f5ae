package soak_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

// A driver is killed again and again while it is in use: afterwards the host holds what it held before.
func TestAThousandKills(t *testing.T) {
	// Most of the time is spent in waiting for a driver's start.
	const parallel = 4
	kills := 1000
	if testing.Short() {
		kills = 40
	}
	binary, drivers := ledger(t), t.TempDir()
	release(t, drivers, binary, "1.0.0")
	sockets, err := os.MkdirTemp("/tmp", "soak") // the folder of a test is too long a name for a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(sockets)
	t.Setenv("TMPDIR", sockets)
	t.Setenv("XDG_RUNTIME_DIR", "")

	killed(t, drivers, 5) // whatever is made once and kept
	before := held(t)
	var made, failed atomic.Int64
	var hosts sync.WaitGroup
	for range parallel {
		hosts.Go(func() {
			m, f := killed(t, drivers, kills/parallel)
			made.Add(m)
			failed.Add(f)
		})
	}
	hosts.Wait()
	for until := time.Now().Add(30 * time.Second); held(t).exceeds(before) && time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
	}
	if now := held(t); now.exceeds(before) {
		stacks := make([]byte, 1<<20)
		t.Errorf("the host holds %+v, and held %+v\n%s", now, before, stacks[:runtime.Stack(stacks, true)])
	}
	if left, err := os.ReadDir(sockets); err != nil || len(left) > 0 {
		t.Errorf("folders were left behind: %v, %v", left, err)
	}
	t.Logf("%d jobs under %d kills, %d more failed; the host holds %+v", made.Load(), kills, failed.Load(), before)
}

// killed uses a driver that is killed again and again, and tells how many jobs were made and how many failed.
func killed(t *testing.T, drivers string, kills int) (made, failed int64) {
	t.Helper()
	o := open(t, drivers, t.TempDir(), catalog.Restart{Budget: 1 << 20, Window: time.Second, Backoff: time.Millisecond, MaxBackoff: time.Millisecond})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var done atomic.Bool
	var good, bad atomic.Int64
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for n := 0; !done.Load(); n++ {
				switch err := o.job(ctx, fmt.Sprintf("%d-%d", i, n)); {
				case err == nil:
					good.Add(1)
				case errors.Is(err, fault.Crashed) || errors.Is(err, fault.Unavailable):
					bad.Add(1)
				default:
					t.Errorf("job: %v", err)
					return
				}
			}
		})
	}
	watching, unwatch := context.WithCancel(ctx)
	all.Go(func() { o.follow(watching, func(string) {}, func(error) {}) })
	for last, n := uint64(0), 0; n < kills && ctx.Err() == nil && !t.Failed(); {
		answered := good.Load()
		status := o.driver.Status()
		for ; (status.State != supervise.Ready || status.Generation == last || good.Load() == answered) && ctx.Err() == nil && !t.Failed(); status = o.driver.Status() {
			time.Sleep(time.Millisecond)
		}
		if status.PID > 0 && syscall.Kill(status.PID, syscall.SIGKILL) == nil {
			last = status.Generation
			n++
		}
	}
	done.Store(true)
	unwatch()
	all.Wait()
	if status := o.driver.Status(); status.Restarts < kills-1 {
		t.Errorf("%+v", status)
	}
	if err := o.catalog.Close(ctx); err != nil {
		t.Error(err)
	}
	return good.Load(), bad.Load()
}

// holdings are what a host must give back.
type holdings struct{ goroutines, descriptors, sockets, children int }

func (h holdings) exceeds(o holdings) bool {
	return h.goroutines > o.goroutines || h.descriptors > o.descriptors || h.sockets > o.sockets || h.children > o.children
}

func held(t *testing.T) holdings {
	t.Helper()
	h := holdings{goroutines: runtime.NumGoroutine()}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatalf("needs /proc to count descriptors and processes: %v", err)
	}
	for _, f := range open {
		to, err := os.Readlink("/proc/self/fd/" + f.Name())
		// The runtime makes its poller when it first needs one.
		if err != nil || strings.HasPrefix(to, "anon_inode:[event") {
			continue
		}
		h.descriptors++
		if strings.HasPrefix(to, "socket:") {
			h.sockets++
		}
	}
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range tasks {
		// A thread may have ended since.
		children, _ := os.ReadFile(path)
		h.children += len(strings.Fields(string(children)))
	}
	return h
}
