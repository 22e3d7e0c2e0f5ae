package call_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// jam is a driver whose calls all hang until they are let go.
type jam struct {
	mu       sync.Mutex
	inside   map[string]int // by request
	most     int
	released chan struct{}
}

func newJam() *jam { return &jam{inside: map[string]int{}, released: make(chan struct{})} }

func (j *jam) Invoke(ctx context.Context, _ string, _, _ any, _ ...grpc.CallOption) error {
	out, _ := metadata.FromOutgoingContext(ctx)
	who := strings.Join(out.Get(wire.RequestID), "")
	j.mu.Lock()
	j.inside[who]++
	total := 0
	for _, n := range j.inside {
		total += n
	}
	j.most = max(j.most, total)
	j.mu.Unlock()
	defer func() { j.mu.Lock(); j.inside[who]--; j.mu.Unlock() }()
	select {
	case <-j.released:
		return nil
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
}

func (j *jam) NewStream(ctx context.Context, _ *grpc.StreamDesc, method string, _ ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errors.Join(j.Invoke(ctx, method, nil, nil), fault.NotFound.New("nothing comes"))
}

func (j *jam) in(who string) int { j.mu.Lock(); defer j.mu.Unlock(); return j.inside[who] }

// life is the only life of a driver that is a connection and nothing else.
type life struct {
	grpc.ClientConnInterface
	done chan struct{}
}

func (l life) Conn() grpc.ClientConnInterface { return l }
func (l life) Done() <-chan struct{}          { return l.done }
func (life) Err() error                       { return nil }
func (life) PID() int                         { return 0 }
func (l life) Stop(context.Context) error     { close(l.done); return nil }

// jammed gives the caller of a scheduler of a driver that hangs, under the scheduler's name as request.
func jammed(t *testing.T, j *jam, b *call.Bulkhead) func(name string) *call.Scheduler {
	s := supervise.New(supervise.Options{Name: "slow", Start: func(context.Context) (supervise.Process, error) { return life{j, make(chan struct{})}, nil }})
	t.Cleanup(func() { s.Close(context.Background()) })
	return func(name string) *call.Scheduler {
		return call.New(call.Options{Name: name, Process: s, Bulkhead: b, Services: []string{call.Events, call.Logs, call.Uploads, call.Downloads},
			Instance: func(context.Context) (call.Instance, error) { return call.Instance{ID: name, Revision: "1"}, nil }})
	}
}

// many makes n calls, each as a request of the scheduler's name, and gives what became of those that ended.
func many(ctx context.Context, n int, name string, each func(context.Context) error) (ended func() []error, wait func()) {
	var mu sync.Mutex
	var errs []error
	var running sync.WaitGroup
	for range n {
		running.Go(func() {
			err := each(call.WithRequest(ctx, name))
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	return func() []error { mu.Lock(); defer mu.Unlock(); return append([]error(nil), errs...) }, running.Wait
}

func TestBulkheadKeepsSchedulersApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJam()
		named := jammed(t, j, call.NewBulkhead("slow", call.Limits{Calls: 6, SchedulerCalls: 2, Queue: 9}, nil))
		cancel := func(name string) func(context.Context) error {
			s := named(name)
			return func(ctx context.Context) error { return s.Cancel(ctx, nil) }
		}
		// Of 10 calls of one scheduler 2 are made, 3 wait, as many of the queue as are its share, and 5 are refused at once.
		slowEnded, slow := many(t.Context(), 10, "a", cancel("a"))
		synctest.Wait()
		refused := slowEnded()
		if len(refused) != 5 || j.in("a") != 2 {
			t.Fatalf("%d refused, %d under way", len(refused), j.in("a"))
		}
		for _, err := range refused {
			const want = `scheduler "a": cancel: driver "slow" has of this scheduler 2 calls under way and 3 waiting, the most that its limits allow: try again later, or raise scheduler_calls or queue in its limits`
			if after, ok := fault.RetryAfter(err); err.Error() != want || !errors.Is(err, fault.Exhausted) || fault.Blame(err) != fault.Host || !ok || after <= 0 {
				t.Errorf("%v, of kind %q, blame %q, again after %v", err, fault.Of(err), fault.Blame(err), after)
			}
		}
		// Another scheduler has its own share.
		_, other := many(t.Context(), 2, "b", cancel("b"))
		synctest.Wait()
		if j.in("b") != 2 {
			t.Errorf("%d calls of the other scheduler are under way", j.in("b"))
		}
		// Streams and transfers take nothing of it: they hang, and calls still go.
		streams, end := context.WithCancel(t.Context())
		_, watching := many(streams, 5, "w", func(ctx context.Context) error { return named("a").Watch(ctx, "", nil) })
		_, moving := many(streams, 3, "w", func(ctx context.Context) error {
			return named("a").Download(ctx, scheduler.Ref{}, scheduler.FileQuery{}, nil)
		})
		_, third := many(t.Context(), 2, "c", cancel("c"))
		synctest.Wait()
		if j.in("w") != 8 || j.in("c") != 2 {
			t.Errorf("%d streams and transfers, %d calls of the third", j.in("w"), j.in("c"))
		}
		// The driver is full now; who comes waits for the driver, and holds nothing up.
		_, fourth := many(t.Context(), 1, "d", cancel("d"))
		synctest.Wait()
		if j.in("d") != 0 {
			t.Error("the driver has more calls than it may")
		}
		close(j.released)
		end()
		for _, wait := range []func(){slow, other, third, fourth, watching, moving} {
			wait()
		}
		if ended := slowEnded(); len(ended) != 10 || errors.Join(ended[5:]...) != nil {
			t.Errorf("those who waited: %v", ended)
		}
	})
}

func TestBulkheadWaitingCountsAsTheCallsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJam()
		named := jammed(t, j, call.NewBulkhead("slow", call.Limits{Calls: 1, Queue: 2}, nil))
		began := time.Now()
		first, wait := many(t.Context(), 1, "a", func(ctx context.Context) error { return named("a").Cancel(ctx, nil) })
		synctest.Wait()
		soon, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		err := named("b").Cancel(soon, nil)
		const want = `scheduler "b": cancel: it waited 1s for its turn: driver "slow" has as many calls under way as it may, and they do not end; see what holds its pool up`
		if err == nil || err.Error() != want || !errors.Is(err, fault.Timeout) || fault.Blame(err) != fault.Host {
			t.Errorf("%v, blame %q", err, fault.Blame(err))
		}
		gone, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, leave)
		if err := named("b").Cancel(gone, nil); !errors.Is(err, fault.Cancelled) {
			t.Errorf("a caller that left: %v", err)
		}
		wait()
		if took := time.Since(began); took != 30*time.Second || !errors.Is(first()[0], fault.Timeout) {
			t.Errorf("a call that hangs ended after %v with %v", took, first())
		}
		// All turns were given back.
		close(j.released)
		if err := named("b").Cancel(t.Context(), nil); err != nil {
			t.Error(err)
		}
	})
}

// A driver is not blamed for the time that an upload waited for its turn, or for its content.
func TestBulkheadWaitingIsNoStandstill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		named := jammed(t, newJam(), call.NewBulkhead("slow", call.Limits{Calls: 1, Queue: 2}, nil)) // which are two transfers
		began := time.Now()
		upload := func(ctx context.Context) error {
			return named("a").Upload(ctx, "t", scheduler.Input{Name: "in"}, func() (io.ReadCloser, error) {
				time.Sleep(15 * time.Minute)
				return io.NopCloser(strings.NewReader("x")), nil
			})
		}
		first, wait := many(t.Context(), 2, "a", upload)
		synctest.Wait()
		if err := upload(t.Context()); !errors.Is(err, fault.Timeout) || time.Since(began) != 50*time.Minute {
			t.Errorf("ended after %v: %v", time.Since(began), err)
		}
		wait()
		if err := errors.Join(first()...); !errors.Is(err, fault.Timeout) || fault.Blame(first()[0]) != fault.Driver {
			t.Error(err)
		}
	})
}

func TestBulkheadRefusesStreamsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJam()
		named := jammed(t, j, call.NewBulkhead("slow", call.Limits{Calls: 2, SchedulerCalls: 1}, nil))
		ctx, end := context.WithCancel(t.Context())
		ended, wait := many(ctx, 17, "a", func(ctx context.Context) error { return named("a").Watch(ctx, "", nil) })
		synctest.Wait()
		const want = `scheduler "a": watch: driver "slow" has of this scheduler 16 streams under way: try again later, or raise scheduler_calls in its limits`
		if refused := ended(); len(refused) != 1 || refused[0].Error() != want {
			t.Errorf("%v", refused)
		}
		end()
		wait()
	})
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("never: %s", what)
		}
	}
}
