package call_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type config struct {
	Host    string        `oceanid:"host" doc:"Where the pool is."`
	Token   sdk.Secret    `oceanid:"token,optional"`
	Timeout time.Duration `oceanid:"timeout,default=30s"`
	Mode    string        `oceanid:"mode,one_of=slow|fast,default=fast"`
	Queues  []queue       `oceanid:"queue,block,optional"`
}

type queue struct {
	Name  string            `oceanid:"name"`
	Limit int64             `oceanid:"limit,optional"`
	Attrs map[string]string `oceanid:"attrs,optional"`
}

func (c *config) Validate() error {
	if c.Host == "nowhere" {
		return errors.Join(sdk.Invalid("host", "no such host"), sdk.Invalid("timeout", "too short for it"))
	}
	return nil
}

// pool is a driver with every optional interface, whose behaviour is chosen by the job's command.
type pool struct {
	config config
	env    sdk.Env

	mu      sync.Mutex
	jobs    map[string]scheduler.ID
	staged  map[string]string
	closed  *hosts
	waiting chan struct{}
}

func (p *pool) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	switch job.Command {
	case "panic":
		panic("boom")
	case "block":
		close(p.waiting)
		<-ctx.Done()
		return "", ctx.Err()
	case "nameless":
		return "", nil
	case "refused":
		return "", fault.After(fault.By(fault.Scheduler, fault.Exhausted.New("queue is full")), time.Minute)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if id, ok := p.jobs[job.Token]; ok {
		return id, nil
	}
	id := scheduler.ID(fmt.Sprintf("%d", len(p.jobs)))
	p.jobs[job.Token] = id
	return id, nil
}

func (p *pool) Query(_ context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	for _, job := range q.Jobs {
		for task := range job.Tasks {
			if err := yield(scheduler.Status{ID: job.ID, Token: job.Token, Task: task, State: scheduler.Running}); err != nil {
				return err
			}
		}
	}
	return yield(scheduler.Status{ID: "stranger", Token: "not asked about", State: scheduler.Running})
}

func (p *pool) Cancel(context.Context, []scheduler.Ref) error { return nil }

func (p *pool) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	if from == "gone" {
		if err := yield(scheduler.Event{Reset: "the log was deleted", Cursor: "1"}); err != nil {
			return err
		}
	}
	err := yield(scheduler.Event{Status: scheduler.Status{ID: "1", Token: "t", State: scheduler.Queued}, Cursor: from + "+"})
	<-ctx.Done()
	return errors.Join(err, ctx.Err())
}

func (p *pool) Logs(ctx context.Context, _ scheduler.Ref, o scheduler.LogOptions, w io.Writer) error {
	if o.Follow && o.Offset == 0 {
		_, err := io.WriteString(w, "first, ")
		close(p.waiting)
		<-ctx.Done()
		return err
	} else if o.Follow {
		_, err := fmt.Fprintf(w, "and the rest from %d on", o.Offset)
		return err
	}
	_, err := io.WriteString(w, strings.Repeat(string(o.Stream), 100_000)[o.Offset:])
	return err
}

func (p *pool) Upload(ctx context.Context, token string, in scheduler.Input, r io.Reader) error {
	if in.Name == "hang" {
		<-ctx.Done()
		return ctx.Err()
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.staged[token+"/"+in.Name] = string(b)
	return nil
}

func (p *pool) Download(ctx context.Context, job scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	if slices.Equal(q.Paths, []string{"hang"}) {
		<-ctx.Done()
		return ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(p.staged)) {
		content := p.staged[name]
		_, path, _ := strings.Cut(name, "/")
		if err := yield(scheduler.File{Path: path, Size: int64(len(content)), Mode: 0o644}, strings.NewReader(content)); err != nil {
			return err
		}
	}
	return fault.Denied.New("%q is a link", "evil")
}

func (p *pool) Probe(_ context.Context, report func(scheduler.Check)) error {
	report(scheduler.Check{Name: "resolve", OK: true, Text: p.config.Host})
	report(scheduler.Check{Name: "connect", Text: "refused"})
	return fault.Unavailable.New("connect %s: refused", p.config.Host)
}

func (p *pool) Close() error {
	p.closed.add(p.config.Host)
	if p.config.Host == "panics" {
		panic("boom")
	}
	return nil
}

// hosts are those of the instances that were closed, in their order.
type hosts struct {
	mu  sync.Mutex
	all []string
}

func (h *hosts) add(name string) { h.mu.Lock(); defer h.mu.Unlock(); h.all = append(h.all, name) }

// become waits until they are those.
func (h *hosts) become(t *testing.T, want ...string) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		h.mu.Lock()
		diff := cmp.Diff(want, h.all)
		h.mu.Unlock()
		if diff == "" {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("closed: %s", diff)
		}
	}
}

// process is an in-process driver.
type process struct {
	*supervise.Supervisor
	conn  grpc.ClientConnInterface
	opens int
	pools []*pool
	shut  hosts
}

func start(t *testing.T, options ...grpc.DialOption) *process {
	t.Helper()
	p := &process{}
	g, err := sdk.Scheduler("test", "1.0.0", func(_ context.Context, c config, env sdk.Env) (*pool, error) {
		p.opens++
		if c.Host == "unresolvable" {
			return nil, sdk.Invalid("host", "%s does not resolve", c.Host)
		}
		made := &pool{config: c, env: env, jobs: map[string]scheduler.ID{}, staged: map[string]string{}, closed: &p.shut, waiting: make(chan struct{})}
		p.pools = append(p.pools, made)
		return made, nil
	}).Doc("A pool in memory.").InProcess(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p.Supervisor = supervise.New(supervise.Options{Name: "test", Start: func(context.Context) (supervise.Process, error) { return launch.InProcess(g, options...) }})
	t.Cleanup(func() { p.Close(context.Background()) })
	lease, err := p.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lease.Release)
	p.conn = lease.Conn()
	return p
}

func (p *process) scheduler(revision, config string) *call.Scheduler {
	return call.New(call.Options{Name: "pool one", Process: p, Services: []string{call.Events, call.Logs, call.Uploads, call.Downloads, call.Probes}, Instance: func(context.Context) (call.Instance, error) {
		return call.Instance{ID: "one", Revision: revision, Dir: "/dir", Config: func(context.Context) ([]byte, error) { return []byte(config), nil }}, nil
	}})
}

const good = `{"host":"h","token":"s3cret","queue":[{"name":"q","limit":9007199254740993,"attrs":{"a":"b"}}]}`

func TestDescribe(t *testing.T) {
	t.Parallel()
	d, err := pluginv1.NewPluginClient(start(t).conn).Describe(t.Context(), &pluginv1.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"oceanid.plugin.v1.Plugin", "oceanid.scheduler.v1.Downloads", "oceanid.scheduler.v1.Events", "oceanid.scheduler.v1.Logs",
		"oceanid.scheduler.v1.Probes", "oceanid.scheduler.v1.Scheduler", "oceanid.scheduler.v1.Uploads"}
	if diff := cmp.Diff(want, d.GetServices()); diff != "" || d.GetName() != "test" || d.GetVersion() != "1.0.0" || d.GetKind() != pluginv1.Kind_KIND_SCHEDULER || d.GetSummary() == "" {
		t.Errorf("described as %v\n%s", d, diff)
	}
	token := d.GetConfig().GetAttributes()[1]
	if token.GetName() != "token" || !token.GetSensitive() || token.GetRequired() {
		t.Errorf("token described as %v", token)
	}
	if timeout := d.GetConfig().GetAttributes()[2]; string(timeout.GetDefaultJson()) != `"30s"` || timeout.GetType().GetBase() != pluginv1.Type_BASE_DURATION {
		t.Errorf("timeout described as %v", timeout)
	}
}

func TestConfiguredOnDemand(t *testing.T) {
	t.Parallel()
	p := start(t)
	s := p.scheduler("1", good)
	for range 3 {
		if _, err := s.Submit(t.Context(), scheduler.Job{Token: "t", Command: "/bin/true"}); err != nil {
			t.Fatal(err)
		}
	}
	if p.opens != 1 {
		t.Errorf("opened %d times for one revision", p.opens)
	}
	want := config{Host: "h", Token: "s3cret", Timeout: 30 * time.Second, Mode: "fast", Queues: []queue{{Name: "q", Limit: 9007199254740993, Attrs: map[string]string{"a": "b"}}}}
	if got := p.pools[0]; !cmp.Equal(got.config, want) || got.env.Name != "pool one" || got.env.Dir != "/dir" {
		t.Errorf("opened with %+v, %+v", got.config, got.env)
	}
	if err := p.scheduler("2", `{"host":"h2"}`).Cancel(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	p.shut.become(t, "h")
	if err := p.scheduler("2", "").Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.shut.become(t, "h", "h2")
}

// A call that hangs on a scheduler's last configuration hinders neither its next one nor another scheduler, and is closed after it.
func TestAHangingCallHindersNoConfiguration(t *testing.T) {
	t.Parallel()
	p := start(t)
	if err := p.scheduler("1", good).Cancel(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	var hanging sync.WaitGroup
	hanging.Go(func() { p.scheduler("1", good).Submit(ctx, scheduler.Job{Token: "t", Command: "block"}) })
	<-p.pools[0].waiting
	soon, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, revision := range []string{"2", "3"} {
		if err := p.scheduler(revision, `{"host":"panics"}`).Cancel(soon, nil); err != nil {
			t.Errorf("revision %s: %v", revision, err)
		}
	}
	p.shut.become(t, "panics")
	end()
	hanging.Wait()
	p.shut.become(t, "panics", "h")
}

func TestRefusedConfigurations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"missing":      {`{}`, []string{"host is missing"}},
		"unknown":      {`{"host":"h","hots":"x"}`, []string{`"hots" is not known`}},
		"type":         {`{"host":7,"timeout":30}`, []string{"host: must be a string", `timeout: must be a duration such as "30s"`}},
		"nested":       {`{"host":"h","queue":[{"name":"q","limit":"x"},{}]}`, []string{"queue: limit: must be a whole number", "queue: name is missing"}},
		"one of":       {`{"host":"h","mode":"warp"}`, []string{`mode: mode must be one of ["slow" "fast"]`}},
		"own":          {`{"host":"nowhere"}`, []string{"host: no such host", "timeout: too short for it"}},
		"not JSON":     {`nope`, []string{"the configuration is not JSON"}},
		"when opened":  {`{"host":"unresolvable"}`, []string{"host: unresolvable does not resolve"}},
		"secret's own": {`{"host":"h","token":["canary"]}`, []string{"token: must be a string"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := start(t).scheduler("1", c.config).Submit(t.Context(), scheduler.Job{Token: "t", Command: "x"})
			refused := (*call.ConfigError)(nil)
			if !errors.As(err, &refused) || !errors.Is(err, fault.Invalid) {
				t.Fatalf("got %v", err)
			}
			var words strings.Builder
			for _, d := range refused.Diagnostics {
				for _, step := range d.GetPath() {
					if step.GetAttribute() != "" {
						words.WriteString(step.GetAttribute() + ": ")
					}
				}
				words.WriteString(d.GetSummary() + "\n")
			}
			for _, want := range c.want {
				if !strings.Contains(words.String(), want) || strings.Contains(words.String()+err.Error(), "canary") {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if len(refused.Diagnostics) != len(c.want) {
				t.Errorf("%d diagnostics, want %d: %v", len(refused.Diagnostics), len(c.want), err)
			}
		})
	}
}

func TestSubmitErrors(t *testing.T) {
	t.Parallel()
	s := start(t).scheduler("1", good)
	for command, want := range map[string]fault.Kind{"panic": fault.Internal, "nameless": fault.Internal, "refused": fault.Exhausted, "": fault.Invalid, "a/b": fault.Invalid} {
		_, err := s.Submit(t.Context(), scheduler.Job{Token: "t-" + command, Command: command})
		if fault.Of(err) != want {
			t.Errorf("%q: %v (%s), want %s", command, err, fault.Of(err), want)
		}
		if command == "refused" {
			after, ok := fault.RetryAfter(err)
			if !ok || after != time.Minute || fault.Blame(err) != fault.Scheduler || err.Error() != `scheduler "pool one": submit: queue is full` {
				t.Errorf("%v, after %v, blame %s", err, after, fault.Blame(err))
			}
		}
	}
}

func TestQueryPagesAndDropsStrangers(t *testing.T) {
	t.Parallel()
	s := start(t).scheduler("1", good)
	n := 0
	err := s.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{{ID: "1", Token: "t", Tasks: 1234}}}, func(st scheduler.Status) error {
		if st.Task != n || st.Token != "t" {
			return fmt.Errorf("status %d is %+v", n, st)
		}
		n++
		return nil
	})
	if err != nil || n != 1234 {
		t.Fatalf("%d statuses, %v", n, err)
	}
}

// More jobs than a message holds are asked about all the same.
func TestQueryOfVeryManyJobs(t *testing.T) {
	t.Parallel()
	s := start(t).scheduler("1", good)
	var q scheduler.Query
	for i := range 40_001 {
		q.Jobs = append(q.Jobs, scheduler.Ref{ID: scheduler.ID(fmt.Sprintf("%0*d", wire.MaxID, i)), Token: fmt.Sprint(i), Tasks: 1})
	}
	seen := map[string]bool{}
	if err := s.Query(t.Context(), q, func(st scheduler.Status) error { seen[st.Token] = true; return nil }); err != nil || len(seen) != len(q.Jobs) {
		t.Errorf("%d of %d jobs, %v", len(seen), len(q.Jobs), err)
	}
}

// A configuration that was changed while a driver asked for the last one is not set back.
func TestAnOlderRevisionIsNotSetBack(t *testing.T) {
	t.Parallel()
	p := start(t)
	asked := 0
	s := call.New(call.Options{Name: "pool one", Process: p, Services: nil, Instance: func(context.Context) (call.Instance, error) {
		asked++
		config := fmt.Sprintf(`{"host":"h%d"}`, min(asked, 2))
		return call.Instance{ID: "one", Revision: fmt.Sprint(min(asked, 2)), Config: func(context.Context) ([]byte, error) { return []byte(config), nil }}, nil
	}})
	if err := s.Cancel(t.Context(), nil); err != nil || len(p.pools) != 1 || p.pools[0].config.Host != "h2" {
		t.Errorf("%v, %d instances, the first one of %s", err, len(p.pools), p.pools[0].config.Host)
	}
}

// A download that its reader leaves ends at the driver, also if the reader has time left.
func TestADownloadThatIsLeftEndsAtTheDriver(t *testing.T) {
	t.Parallel()
	p := start(t)
	s := p.scheduler("1", good)
	for i := range 2 {
		content := strings.Repeat("x", wire.MaxMessage) // more than a connection takes from a sender whose reader has gone
		sum := sha256.Sum256([]byte(content))
		in := scheduler.Input{Name: fmt.Sprint(i), Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
		if err := s.Upload(t.Context(), "t", in, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	enough := errors.New("enough")
	if err := s.Download(ctx, scheduler.Ref{Tasks: 1}, scheduler.FileQuery{}, func(scheduler.File, io.Reader) error { return enough }); !errors.Is(err, enough) {
		t.Fatal(err)
	}
	// The driver holds this lock until Download has returned.
	free := func() bool {
		if !p.pools[0].mu.TryLock() {
			return false
		}
		p.pools[0].mu.Unlock()
		return true
	}
	for until := time.Now().Add(20 * time.Second); !free(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the driver still sends to nobody")
		}
	}
}

func TestFilesThatStandStill(t *testing.T) {
	t.Parallel()
	s := start(t).scheduler("1", good)
	s.SetPatience(200 * time.Millisecond)
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
	sum := sha256.Sum256([]byte("x"))
	in := scheduler.Input{Name: "hang", Size: 1, SHA256: hex.EncodeToString(sum[:])}
	if err := s.Upload(t.Context(), "t", in, open); !errors.Is(err, fault.Timeout) || fault.Blame(err) != fault.Driver {
		t.Errorf("upload: %v", err)
	}
	nothing := func(scheduler.File, io.Reader) error { return nil }
	if err := s.Download(t.Context(), scheduler.Ref{}, scheduler.FileQuery{Paths: []string{"hang"}}, nothing); !errors.Is(err, fault.Timeout) {
		t.Errorf("download: %v", err)
	}
	// A reader may take its time, and so may whoever gives what is uploaded.
	in.Name = "x"
	late := func() (io.ReadCloser, error) { return io.NopCloser(tardy{strings.NewReader("x")}), nil }
	if err := s.Upload(t.Context(), "t", in, late); err != nil {
		t.Fatal(err)
	}
	slow := func(_ scheduler.File, r io.Reader) error {
		time.Sleep(300 * time.Millisecond)
		_, err := io.ReadAll(r)
		return err
	}
	if err := s.Download(t.Context(), scheduler.Ref{Tasks: 1}, scheduler.FileQuery{}, slow); !errors.Is(err, fault.Denied) {
		t.Errorf("a slow reader: %v", err)
	}
}

// tardy takes longer for each part than a driver may.
type tardy struct{ io.Reader }

func (r tardy) Read(b []byte) (int, error) {
	time.Sleep(300 * time.Millisecond)
	return r.Reader.Read(b)
}

func TestWatchResumesAndResets(t *testing.T) {
	t.Parallel()
	s := start(t).scheduler("1", good)
	for from, want := range map[scheduler.Cursor][]string{"": {"+"}, "7": {"7+"}, "gone": {"reset", "gone+"}} {
		ctx, cancel := context.WithCancel(t.Context())
		var got []string
		err := s.Watch(ctx, from, func(e scheduler.Event) error {
			if e.Reset != "" {
				got = append(got, "reset")
				return nil
			}
			got = append(got, string(e.Cursor))
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) && !errors.Is(err, fault.Cancelled) {
			t.Errorf("ended with %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("from %q: %s", from, diff)
		}
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := start(t).scheduler("1", good).Logs(t.Context(), scheduler.Ref{}, scheduler.LogOptions{Stream: scheduler.Stderr, Offset: 3}, &b)
	if want := strings.Repeat("stderr", 100_000)[3:]; err != nil || b.String() != want {
		t.Fatalf("%d bytes of %d, %v", b.Len(), len(want), err)
	}
}

// A log that is followed goes on when its instance is replaced, also if the driver takes the end of its context for a good one.
func TestLogsGoOnAfterAReconfiguration(t *testing.T) {
	t.Parallel()
	p := start(t)
	var revision atomic.Int64
	s := call.New(call.Options{Name: "pool one", Process: p, Services: []string{call.Logs}, Instance: func(context.Context) (call.Instance, error) {
		return call.Instance{ID: "one", Revision: fmt.Sprint(revision.Load()), Config: func(context.Context) ([]byte, error) { return []byte(good), nil }}, nil
	}})
	var log bytes.Buffer
	var err error
	var following sync.WaitGroup
	if err := s.Cancel(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	following.Go(func() { err = s.Logs(t.Context(), scheduler.Ref{}, scheduler.LogOptions{Follow: true}, &log) })
	<-p.pools[0].waiting
	revision.Add(1)
	if err := s.Cancel(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if following.Wait(); err != nil || log.String() != "first, and the rest from 7 on" {
		t.Errorf("%q, %v", log.String(), err)
	}
}

func TestFilesThereAndBack(t *testing.T) {
	t.Parallel()
	s := start(t).scheduler("1", good)
	content := strings.Repeat("0123456789abcdef", 1<<16)
	digest := sha256.Sum256([]byte(content))
	in := scheduler.Input{Name: "data/big", Size: int64(len(content)), SHA256: hex.EncodeToString(digest[:])}
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }
	if err := s.Upload(t.Context(), "tok", in, open); err != nil {
		t.Fatal(err)
	}
	var got []string
	err := s.Download(t.Context(), scheduler.Ref{}, scheduler.FileQuery{}, func(f scheduler.File, r io.Reader) error {
		b, err := io.ReadAll(r)
		got = append(got, f.Path)
		if string(b) != content {
			t.Errorf("%s came back with %d bytes", f.Path, len(b))
		}
		return err
	})
	if !errors.Is(err, fault.Denied) || !cmp.Equal(got, []string{"data/big"}) {
		t.Errorf("got %v, %v", got, err)
	}
	for name, bad := range map[string]scheduler.Input{
		"digest": {Name: "x", Size: in.Size, SHA256: "00"},
		"short":  {Name: "x", Size: in.Size + 1, SHA256: in.SHA256},
		"long":   {Name: "x", Size: in.Size - 1, SHA256: in.SHA256},
		"escape": {Name: "../x", Size: in.Size, SHA256: in.SHA256},
	} {
		if err := s.Upload(t.Context(), "tok", bad, open); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	var steps []string
	err := start(t).scheduler("1", good).Probe(t.Context(), func(c scheduler.Check) { steps = append(steps, fmt.Sprint(c.Name, c.OK)) })
	if !errors.Is(err, fault.Unavailable) || !cmp.Equal(steps, []string{"resolvetrue", "connectfalse"}) {
		t.Fatalf("%v, %v", steps, err)
	}
}

func TestUnsupported(t *testing.T) {
	t.Parallel()
	s := call.New(call.Options{Name: "bare", Process: start(t)})
	if err := s.Probe(t.Context(), nil); !errors.Is(err, fault.Unsupported) || s.Can(call.Logs) {
		t.Fatalf("got %v", err)
	}
}

func TestDrain(t *testing.T) {
	t.Parallel()
	p := start(t)
	s := p.scheduler("1", good)
	if err := s.Cancel(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() {
		_, err := s.Submit(ctx, scheduler.Job{Token: "t", Command: "block"})
		ended <- err
	}()
	go func() { ended <- s.Watch(t.Context(), "", func(scheduler.Event) error { return nil }) }()
	<-p.pools[0].waiting
	// The deadline passes while the submission is inside; it then ends, and a second Drain finds nobody.
	early, err := pluginv1.NewPluginClient(p.conn).Drain(t.Context(), &pluginv1.DrainRequest{Deadline: durationpb.New(50 * time.Millisecond)})
	if err != nil || early.GetLeft() == 0 {
		t.Errorf("drained with a call inside: %v, %v", early, err)
	}
	cancel()
	for range 2 {
		<-ended
	}
	resp, err := pluginv1.NewPluginClient(p.conn).Drain(t.Context(), &pluginv1.DrainRequest{})
	p.shut.become(t, "h")
	if err != nil || resp.GetLeft() != 0 {
		t.Errorf("%v, %v", resp, err)
	}
	if _, err := s.Submit(t.Context(), scheduler.Job{Token: "u", Command: "x"}); !errors.Is(err, fault.Unavailable) {
		t.Errorf("a drained driver answered %v", err)
	}
}
