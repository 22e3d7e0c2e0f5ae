package web

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// What a browser sees over a real connection: the page, then each change of it.
func TestStreamBringsChanges(t *testing.T) {
	t.Parallel()
	f := &fake{kept: []*host.Job{someJob("j1")}}
	server := httptest.NewServer(handler(f, Options{}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/jobs/j1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" || answer.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("headers: %v", answer.Header)
	}
	lines := bufio.NewScanner(answer.Body)
	until := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "data:") && strings.Contains(lines.Text(), want) {
				return
			}
		}
		t.Fatalf("the stream ended before %q: %v", want, lines.Err())
	}
	until(`class="state running"`)
	f.change(func() {
		f.kept[0] = someJob("j1")
		f.kept[0].State, f.kept[0].Reason = scheduler.Failed, "the disk is full\rdata: not a line of its own"
	})
	until("the disk is full")
	for lines.Scan() && lines.Text() != "" {
		if strings.HasPrefix(lines.Text(), "data: data: not") {
			return
		}
	}
	t.Error("a carriage return in a reason made a line of its own")
}

func TestStreamSendsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{kept: []*host.Job{someJob("j1")}}
		h := handler(f, Options{})
		out := follow(t, h, "/", "")
		synctest.Wait()
		first := out.take()
		if strings.Count(first, "event: content") != 1 {
			t.Fatalf("the first message:\n%s", first)
		}
		_, id, _ := strings.Cut(first, "id: ")
		id, _, _ = strings.Cut(id, "\n")

		time.Sleep(heartbeat - time.Second)
		synctest.Wait()
		if got := out.take(); got != "" {
			t.Errorf("nothing changed, and it sent:\n%s", got)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := out.take(); got != ": alive\n\n" {
			t.Errorf("want a sign of life, got:\n%s", got)
		}

		f.change(func() { f.trouble = errStore })
		time.Sleep(5 * time.Second)
		synctest.Wait()
		got := out.take()
		if strings.Count(got, "event: trouble") != 1 || strings.Contains(got, "redis.internal") {
			t.Errorf("want one trouble, got:\n%s", got)
		}
		f.change(func() { f.trouble = nil })
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := out.take(); strings.Count(got, "event: content") != 1 {
			t.Errorf("want the content again, got:\n%s", got)
		}

		again := follow(t, h, "/", id)
		synctest.Wait()
		if got := again.take(); strings.Contains(got, "event:") {
			t.Errorf("a reader who comes back and has it all got:\n%s", got)
		}
	})
}

// A hundred viewers cost the store as much as one, and nothing when they have gone.
func TestViewersShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{kept: []*host.Job{someJob("j1")}}
		h := handler(f, Options{})
		var all []*reader
		for range 100 {
			all = append(all, follow(t, h, "/", ""))
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := f.count("jobs"); n > 12 {
			t.Errorf("in 10 s the jobs were read %d times", n)
		}
		for _, r := range all {
			r.cancel()
		}
		synctest.Wait()
		before := f.count("jobs")
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := f.count("jobs"); n != before {
			t.Errorf("with nobody there the jobs were read %d times more", n-before)
		}
	})
}

// reader is a ResponseWriter that keeps what a stream sends.
type reader struct {
	header http.Header
	cancel context.CancelFunc

	mu   sync.Mutex
	text strings.Builder
}

// follow opens a stream that ends with the test.
func follow(t *testing.T, h http.Handler, path, lastID string) *reader {
	ctx, cancel := context.WithCancel(t.Context())
	out := &reader{header: http.Header{}, cancel: cancel}
	r := httptest.NewRequest("GET", path, nil).WithContext(ctx)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Last-Event-ID", lastID)
	var serving sync.WaitGroup
	serving.Go(func() { h.ServeHTTP(out, r) })
	t.Cleanup(func() { cancel(); serving.Wait() })
	return out
}

func (r *reader) Header() http.Header { return r.header }
func (r *reader) WriteHeader(int)     {}
func (r *reader) Flush()              {}
func (r *reader) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

// take is what came since the last take.
func (r *reader) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.text.Reset()
	return strings.TrimPrefix(r.text.String(), "retry: 2000\n\n")
}
