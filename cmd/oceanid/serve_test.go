package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
)

// server is a running oceanid serve.
type server struct {
	url  string
	errs *telling
	end  func() int
}

// telling is what a server has told until now.
type telling struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func (s *telling) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(b)
	select {
	case s.more <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (s *telling) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// wait waits until something has been told.
func (s *telling) wait(t *testing.T, what string) {
	t.Helper()
	for !strings.Contains(s.String(), what) {
		select {
		case <-s.more:
		case <-time.After(30 * time.Second):
			t.Fatalf("nobody said %q but\n%s", what, s)
		}
	}
}

func (w *world) serve(args ...string) *server {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	out, in := io.Pipe()
	s := &server{errs: &telling{more: make(chan struct{}, 1)}}
	code := make(chan int, 1)
	go func() {
		code <- w.app(in, s.errs).run(ctx, w.args(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)))
		in.Close()
	}()
	s.end = sync.OnceValue(func() int { cancel(); return <-code })
	w.t.Cleanup(func() { s.end() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		w.t.Fatalf("%v: %s", err, s.errs)
	}
	go io.Copy(io.Discard, out)
	s.url = strings.TrimSpace(line)
	return s
}

// get asks for a page by a name.
func (s *server) get(t *testing.T, path, host string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(s.url, "/")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		r.Host = host
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// Not in parallel: a signal is for the whole process.
func TestServe(t *testing.T) {
	w := newWorld(t)
	s := w.serve("--name", "portal.example.org")
	if code, body := s.get(t, "/", ""); code != http.StatusOK || !strings.Contains(body, "filed") {
		t.Errorf("%d: %s", code, body)
	}
	for host, want := range map[string]int{"portal.example.org": 200, "localhost:1234": 200, "[::1]": 200, "evil.example.org": http.StatusMisdirectedRequest} {
		if code, _ := s.get(t, "/api/schedulers", host); code != want {
			t.Errorf("by the name %s: %d, want %d", host, code, want)
		}
	}
	// It follows jobs.
	id := strings.TrimSpace(w.must("jobs", "submit", "filed", "--", "succeed"))
	for deadline := time.Now().Add(30 * time.Second); ; {
		_, body := s.get(t, "/api/jobs/"+id, "")
		if strings.Contains(strings.ReplaceAll(body, " ", ""), `"state":"succeeded"`) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("job %s has not ended: %s", id, body)
		}
	}

	// What its drivers do can be seen from elsewhere.
	if list := w.must("drivers", "list", "--server", s.url); !strings.Contains(list, "LIFE") || !strings.Contains(list, "ready") {
		t.Errorf("got\n%s", list)
	}

	watch := s.watch(w)
	watch.wait(t, "memory ready (life 1)")

	hangUp := func() {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	w.write("config.hcl", "scheduler \"memory\" \"second\" {\n  host = \"two.example.org\"\n}\n")
	hangUp()
	s.errs.wait(t, "oceanid: reloaded\n")
	for _, want := range []string{`oceanid: scheduler "second" is new`, `oceanid: scheduler "filed": is no longer in the file`} {
		if !strings.Contains(s.errs.String(), want) {
			t.Errorf("%q is missing in\n%s", want, s.errs)
		}
	}
	w.write("config.hcl", "scheduler \"memory\" \"second\" {\n  hots = \"two.example.org\"\n}\n")
	hangUp()
	s.errs.wait(t, "oceanid: not reloaded: everything is as it was\n")
	if !strings.Contains(s.errs.String(), "config.hcl:2,3-7") {
		t.Errorf("the mistake is not told:\n%s", s.errs)
	}
	if _, body := s.get(t, "/api/schedulers", ""); !strings.Contains(body, "two.example.org") {
		t.Error(body)
	}
	// A driver that nobody knew is seen as it comes.
	w.write("config.hcl", "driver \"torque\" {\n  path = \"nowhere\"\n}\n")
	hangUp()
	watch.wait(t, "torque refused")
	w.write("config.hcl", "")
	hangUp()
	watch.wait(t, "torque removed")
	if code := s.end(); code != exitOK {
		t.Errorf("exit code %d\n%s", code, s.errs)
	}
}

// Not in parallel either. Who hangs up while the host still opens is heard as well.
func TestServeIsHungUpEarly(t *testing.T) {
	others := make(chan os.Signal, 1)
	signal.Notify(others, syscall.SIGHUP) // or the test ends here
	defer signal.Stop(others)
	w := newWorld(t)
	w.write("config.hcl", "scheduler \"memory\" \"filed\" {\n  host = \"hangup.example.org\"\n}\n")
	s := w.serve()
	<-others
	s.errs.wait(t, "oceanid: reloaded\n")
}

// watch runs drivers watch beside a server.
func (s *server) watch(w *world) *telling {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	told, ended := &telling{more: make(chan struct{}, 1)}, make(chan struct{})
	go func() {
		defer close(ended)
		w.app(told, io.Discard).run(ctx, w.args([]string{"drivers", "watch", "--server", s.url}))
	}()
	w.t.Cleanup(func() { cancel(); <-ended })
	return told
}

// A reader of a live page does not keep the server from its end.
func TestServeEndsWithItsReaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if code := s.end(); code != exitOK {
		t.Errorf("exit code %d\n%s", code, s.errs)
	}
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for want, args := range map[string][]string{
		"--insecure-listen": {"--listen", "0.0.0.0:0"},
		"not on loopback":   {"--listen", ":0"},
		"--listen":          {"--listen", "nonsense"},
		"expected":          {"extra"},
		"no driver serves":  nil,
	} {
		if args == nil {
			w.write("config.hcl", "scheduler \"memorie\" \"x\" {\n}\n")
		}
		if r := w.run(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...); r.code != exitInvalid || !strings.Contains(r.err, want) {
			t.Errorf("%q: exit code %d, want %q in\n%s", args, r.code, want, r.err)
		}
		w.write("config.hcl", "")
	}
}

func TestDriversOfNoServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	for server, code := range map[string]int{"http://127.0.0.1:1/": exitUnavailable, other.URL: exitUnavailable, "http://[": exitInvalid} {
		if r := w.run("drivers", "list", "--server", server); r.code != code {
			t.Errorf("%s: exit code %d, want %d\n%s", server, r.code, code, r.err)
		}
	}
}

// What is wrong with a driver is told first.
func TestAboutDrivers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var out strings.Builder
	a := w.app(&out, io.Discard)
	a.format = asTable
	now := a.now()
	if err := a.showDrivers([]host.Driver{
		{Name: "condor", Version: "1.2.0", State: "ready", Path: "drivers/oceanid-condor", Generation: 2, Summary: "Jobs on an HTCondor pool."},
		{Name: "dask", Version: "1.0.0", State: "ready", Path: "drivers/oceanid-dask", Generation: 4, Restarts: 3, CrashedAt: now.Add(-time.Hour), Crash: "exited with status 7", Summary: "x"},
		{Name: "local", Version: "1.0.0", State: "stopped", Source: "built in", Unenforced: []string{"no limit of memory holds here"}, Summary: "x"},
		{Name: "slurm", Version: "1.0.0", State: "ready", Path: "drivers/oceanid-slurm", Generation: 1, Kept: "there is no licence", Summary: "x"},
		{Name: "torque", State: "refused", Path: "drivers/oceanid-torque", Reason: "others may write to it: chmod go-w it"},
	}); err != nil {
		t.Fatal(err)
	}
	w.golden("drivers-lives", result{0, out.String(), ""})
}

// What is open to all is said.
func TestServeInsecurely(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve("--listen", "0.0.0.0:0", "--insecure-listen", "-o", "json")
	s.errs.wait(t, "everybody who reaches")
}
