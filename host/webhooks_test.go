package host_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Two hundred ends, a thousand with OCEANID_SOAK, are to be posted to a host that takes connections and says nothing. Another handler hears all of them meanwhile, no more calls wait than the handler's
// concurrency, each letter is tried as often as it was said and then is among the dead ones; when the host is back they are told again by hand.
func TestAThousandWebhooksToADeadHost(t *testing.T) {
	t.Parallel()
	const attempts, atOnce = 2, 16
	ends := 200
	if os.Getenv("OCEANID_SOAK") != "" {
		ends = 1000
	}
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer dead.Close()
	h, s, p, _ := richHost(t)
	var tries, now, most atomic.Int64
	var back atomic.Bool
	told := make(chan host.Event, ends)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	post := func(ctx context.Context, e host.Event) error {
		for n := now.Add(1); ; {
			if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		defer now.Add(-1)
		if back.Load() {
			told <- e
			return nil
		}
		tries.Add(1)
		r, err := http.NewRequestWithContext(ctx, "POST", "http://"+dead.Addr().String(), http.NoBody)
		if err != nil {
			return err
		}
		answer, err := client.Do(r)
		if err == nil {
			err = answer.Body.Close()
		}
		return err
	}
	if err := h.OnEvent("webhook", host.HandlerOptions{Concurrency: atOnce, Timeout: 100 * time.Millisecond, Attempts: attempts, Retry: time.Millisecond}, post); err != nil {
		t.Fatal(err)
	}
	var beside sync.Map
	var heard atomic.Int64
	if err := h.OnEvent("beside", host.HandlerOptions{}, func(_ context.Context, e host.Event) error {
		if _, twice := beside.LoadOrStore(e.Job, true); !twice {
			heard.Add(1)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range ends / 20 {
				j, err := s.Submit(t.Context(), scheduler.Job{Command: "x"})
				if err != nil {
					t.Error(err)
					return
				}
				p.move(scheduler.Status{Token: j.ID, State: scheduler.Succeeded, Exit: &scheduler.Exit{}})
			}
		})
	}
	all.Wait()
	wait := func(what string, is func() bool) {
		t.Helper()
		for end := time.Now().Add(2 * time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %d were heard beside it, after %d attempts", what, heard.Load(), tries.Load())
			}
		}
	}
	wait("the other handler", func() bool { return heard.Load() == int64(ends) })
	var letters []host.DeadLetter
	wait("the dead letters", func() bool {
		for letters = nil; ; {
			after := ""
			if len(letters) > 0 {
				after = letters[len(letters)-1].ID
			}
			page, err := h.ListDeadLetters(t.Context(), "webhook", after, 0)
			if err != nil {
				t.Fatal(err)
			}
			if letters = append(letters, page...); len(page) == 0 {
				return len(letters) == ends
			}
		}
	})
	// An attempt whose time is over before the handler's turn is one as well.
	if n := tries.Load(); n > int64(ends*attempts) || n < int64(ends) || most.Load() > atOnce {
		t.Errorf("%d attempts, %d of them at once", n, most.Load())
	}
	for _, l := range letters {
		if l.Attempts != attempts || l.Reason == "" {
			t.Fatalf("a letter that was given up: %+v", l)
		}
	}
	back.Store(true)
	for _, l := range letters[:10] {
		if err := h.RetryDeadLetter(t.Context(), "webhook", l.ID); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		<-told
	}
}
