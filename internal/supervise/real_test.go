package supervise_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/launch/launchtest"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestMain(m *testing.M) {
	launchtest.Main()
	os.Exit(m.Run())
}

// counter is a file that gets a byte for each start.
type counter string

func (c counter) starts() int64 {
	info, err := os.Stat(string(c))
	if err != nil {
		return 0
	}
	return info.Size()
}

// options are those of this test binary as a driver.
func options(t *testing.T, count counter) supervise.Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env := launchtest.Env(launchtest.Good)
	env[launchtest.EnvStarts] = string(count)
	return supervise.Options{
		Name: "test", Budget: 100, Backoff: 20 * time.Millisecond,
		Health: supervise.Health{Ask: supervise.Ask, Every: time.Second},
		Start: func(ctx context.Context) (supervise.Process, error) {
			p, err := launch.Start(ctx, launch.Spec{Name: "test", Path: self, Env: env, StartTimeout: 20 * time.Second, Grace: 5 * time.Second})
			if err != nil {
				return nil, err
			}
			return p, nil
		},
	}
}

// real supervises this test binary as a driver, and counts its processes.
func real(t *testing.T) (*supervise.Supervisor, counter) {
	t.Helper()
	count := counter(filepath.Join(t.TempDir(), "starts"))
	s := supervise.New(options(t, count))
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s, count
}

func TestFiftyCallersStartOneProcess(t *testing.T) {
	t.Parallel()
	s, count := real(t)
	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() {
			l, err := s.Acquire(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Release()
			if _, err := launchtest.Command(t.Context(), l.Conn(), ""); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if n := count.starts(); n != 1 {
		t.Errorf("%d starts", n)
	}
}

func TestKilledUnderCallers(t *testing.T) {
	t.Parallel()
	const kills = 5
	s, count := real(t)
	var done atomic.Bool
	var answered, failed atomic.Int64
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for ended := uint64(0); !done.Load(); {
				l, err := s.Acquire(t.Context())
				if err != nil {
					t.Errorf("acquire: %v", err)
					return
				}
				if l.Generation() <= ended {
					t.Errorf("generation %d was given out after its end", l.Generation())
				}
				if _, err := launchtest.Command(t.Context(), l.Conn(), ""); err == nil {
					answered.Add(1)
				} else {
					failed.Add(1)
					// A call that fails because of the connection is explained by the end of the generation.
					<-l.Done()
					ended = l.Generation()
					if fault.Of(l.Err()) != fault.Crashed {
						t.Errorf("the generation ended with %v", l.Err())
					}
				}
				l.Release()
			}
		})
	}
	for i := range kills {
		before := answered.Load()
		for answered.Load() < before+50 {
			time.Sleep(time.Millisecond)
			if t.Failed() {
				break
			}
		}
		l, err := s.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if l.Generation() != uint64(i+1) {
			t.Errorf("generation %d after %d kills", l.Generation(), i)
		}
		if err := syscall.Kill(s.Status().PID, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
		<-l.Done()
		l.Release()
	}
	last := answered.Load()
	for answered.Load() == last && !t.Failed() {
		time.Sleep(time.Millisecond)
	}
	done.Store(true)
	callers.Wait()
	if n := count.starts(); n != kills+1 {
		t.Errorf("%d starts for %d kills", n, kills)
	}
	if status := s.Status(); status.Restarts != kills {
		t.Errorf("%+v", status)
	}
	t.Logf("%d calls answered, %d failed", answered.Load(), failed.Load())
}

func TestInProcess(t *testing.T) {
	t.Parallel()
	s := supervise.New(supervise.Options{Name: "test", Start: func(context.Context) (supervise.Process, error) {
		server := grpc.NewServer()
		pluginv1.RegisterPluginServer(server, new(launchtest.Plugin))
		return launch.InProcess(server)
	}})
	for generation := range uint64(2) {
		l := acquire(t, s)
		if l.Generation() != generation+1 {
			t.Errorf("generation %d", l.Generation())
		}
		if answer, err := launchtest.Command(t.Context(), l.Conn(), "size 3"); answer != "zzz" || err != nil {
			t.Errorf("%q, %v", answer, err)
		}
		if pid := s.Status().PID; pid != 0 {
			t.Errorf("process %d", pid)
		}
		l.Release()
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// hold keeps a call under way until the driver is gone, and gives the lease's end.
func hold(t *testing.T, s *supervise.Supervisor, command string) <-chan error {
	t.Helper()
	l, err := s.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		defer l.Release()
		if _, err := launchtest.Command(t.Context(), l.Conn(), command); err == nil {
			ended <- nil
			return
		}
		<-l.Done()
		ended <- l.Err()
	}()
	return ended
}

func TestStoppedProcessIsKilled(t *testing.T) {
	t.Parallel()
	s, count := real(t)
	ended := hold(t, s, "sleep 1h")
	if err := syscall.Kill(s.Status().PID, syscall.SIGSTOP); err != nil {
		t.Error(err)
	}
	if err := <-ended; fault.Of(err) != fault.Crashed {
		t.Errorf("it ended with %v", err)
	}
	if err := <-hold(t, s, ""); err != nil {
		t.Error(err)
	}
	if n := count.starts(); n != 2 {
		t.Errorf("%d starts", n)
	}
}

// A driver that works hard and long is none that hangs.
func TestBusyProcessIsLeftAlone(t *testing.T) {
	t.Parallel()
	s, count := real(t)
	if err := <-hold(t, s, "sleep 8s"); err != nil {
		t.Error(err)
	}
	if n := count.starts(); n != 1 {
		t.Errorf("%d starts", n)
	}
}

func TestReplacedUnderCallers(t *testing.T) {
	t.Parallel()
	s, count := real(t)
	const replacements = 5
	long := hold(t, s, "sleep 1s") // outlives several generations
	var done atomic.Bool
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for !done.Load() {
				l, err := s.Acquire(t.Context())
				if err != nil {
					t.Errorf("acquire: %v", err)
					return
				}
				if _, err := launchtest.Command(t.Context(), l.Conn(), ""); err != nil {
					t.Errorf("call: %v", err)
				}
				l.Release()
			}
		})
	}
	for range replacements {
		if err := s.Replace(t.Context(), options(t, count), nil); err != nil {
			t.Error(err)
		}
	}
	if err := <-long; err != nil {
		t.Errorf("the long call: %v", err)
	}
	done.Store(true)
	callers.Wait()
	if status := s.Status(); status.Generation != replacements+1 || status.Crash != nil {
		t.Errorf("%+v", status)
	}
}
