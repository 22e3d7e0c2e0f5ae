package call_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// measured is a driver whose calls are counted, traced and logged.
type measured struct {
	*process
	metrics  *call.Metrics
	registry *prometheus.Registry
	spans    *tracetest.SpanRecorder
	log      *lines
}

func measure(t *testing.T, l call.Limits) (*measured, func(name string) *call.Scheduler) {
	t.Helper()
	m := &measured{registry: prometheus.NewRegistry(), spans: tracetest.NewSpanRecorder(), log: &lines{}}
	var err error
	if m.metrics, err = call.NewMetrics(m.registry); err != nil {
		t.Fatal(err)
	}
	m.process = start(t, call.Tracing(trace.NewTracerProvider(trace.WithSpanProcessor(m.spans)))...)
	b := call.NewBulkhead("test", l, m.metrics)
	return m, func(name string) *call.Scheduler {
		return call.New(call.Options{Name: name, Process: m.process, Bulkhead: b, Services: []string{call.Events},
			Log: hclog.New(&hclog.LoggerOptions{Output: m.log, Level: hclog.Debug, DisableTime: true}),
			Instance: func(context.Context) (call.Instance, error) {
				return call.Instance{ID: name, Revision: "1", Config: func(context.Context) ([]byte, error) { return []byte(good), nil }}, nil
			}})
	}
}

// lines are a log that may be read while it is written.
type lines struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lines) Write(b []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.all.Write(b) }
func (l *lines) String() string              { l.mu.Lock(); defer l.mu.Unlock(); return l.all.String() }

// counted are the values of all counters and gauges, and of histograms how many there were.
func (m *measured) counted(t *testing.T) map[string]float64 {
	t.Helper()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			var labels []string
			for _, l := range metric.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			got[strings.TrimPrefix(f.GetName(), "oceanid_driver_")+" "+strings.Join(labels, " ")] = metric.GetCounter().GetValue() + metric.GetGauge().GetValue() +
				float64(metric.GetHistogram().GetSampleCount())
		}
	}
	return got
}

func TestCallsAreCountedNamedAndTraced(t *testing.T) {
	t.Parallel()
	m, named := measure(t, call.Limits{Calls: 1, SchedulerCalls: 1, Queue: 1})
	s := named("pool one")
	ctx := call.WithRequest(t.Context(), "req-7")
	if _, err := s.Submit(ctx, scheduler.Job{Token: "t", Command: "/bin/true"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(call.WithRequest(ctx, "not an id"), scheduler.Job{Token: "u", Command: "refused"}); !errors.Is(err, fault.Exhausted) {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	if err := s.Watch(ctx, "", func(scheduler.Event) error { return enough }); !errors.Is(err, enough) {
		t.Fatal(err)
	}
	// One call hangs, one waits, one is refused.
	hang, end := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Submit(hang, scheduler.Job{Token: "v", Command: "block"}) })
	<-m.pools[0].waiting
	running.Go(func() { s.Cancel(hang, nil) })
	eventually(t, "one call waits", func() bool { return m.counted(t)["calls_waiting test"] == 1 })
	if err := s.Cancel(t.Context(), nil); !errors.Is(err, fault.Exhausted) || fault.Blame(err) != fault.Host {
		t.Error(err)
	}
	if n := m.counted(t)["calls_in_flight test"]; n != 1 {
		t.Errorf("%v calls in flight", n)
	}
	end()
	running.Wait()
	want := map[string]float64{
		"calls_total test ok Submit": 1, "calls_total test exhausted Submit": 1, "calls_total test cancelled Submit": 1,
		"calls_total test cancelled Cancel": 1, "calls_total test exhausted Cancel": 1, "calls_total test internal Watch": 1,
		"call_seconds test Submit": 3, "call_seconds test Cancel": 2, "call_seconds test Watch": 1,
		"calls_in_flight test": 0, "calls_waiting test": 0, "calls_refused_total test scheduler": 1, "events_total test": 1,
	}
	if diff := cmp.Diff(want, m.counted(t)); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
	for _, line := range []string{
		`scheduler="pool one" verb=Submit request=req-7 took=`,
		`verb=Watch request=req-7 took=`,
		` result=exhausted`,
	} {
		if !strings.Contains(m.log.String(), line) {
			t.Errorf("the log lacks %q:\n%s", line, m.log)
		}
	}
	var names []string
	for _, span := range m.spans.Ended() {
		names = append(names, span.Name())
	}
	for _, name := range []string{"oceanid.scheduler.v1.Scheduler/Submit", "oceanid.plugin.v1.Plugin/Configure", "oceanid.scheduler.v1.Events/Watch"} {
		if !slices.Contains(names, name) {
			t.Errorf("no span %q among %q", name, names)
		}
	}
	if slices.ContainsFunc(names, func(n string) bool { return !strings.HasPrefix(n, "oceanid.") }) {
		t.Errorf("spans %q", names)
	}
}

// Two hosts may share a registry; something else under the name of a metric is an error.
func TestMetricsShareARegistry(t *testing.T) {
	t.Parallel()
	r := prometheus.NewRegistry()
	for range 2 {
		if _, err := call.NewMetrics(r); err != nil {
			t.Error(err)
		}
	}
	r = prometheus.NewRegistry()
	r.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "oceanid_driver_events_total"}))
	if _, err := call.NewMetrics(r); err == nil {
		t.Error("a metric under a name that is taken")
	}
}

// what a driver gets of a call besides its message.
func TestTheDriverGetsRequestAndTrace(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	got := metadata.MD{}
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		md, _ := metadata.FromIncomingContext(stream.Context())
		mu.Lock()
		maps.Copy(got, md)
		mu.Unlock()
		return io.EOF
	}))
	p := supervise.New(supervise.Options{Name: "x", Start: func(context.Context) (supervise.Process, error) {
		return launch.InProcess(server, call.Tracing(trace.NewTracerProvider())...)
	}})
	t.Cleanup(func() { p.Close(context.Background()) })
	_ = call.Validate(call.WithRequest(t.Context(), "req-8"), call.Options{Process: p}, nil, nil)
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(got.Get("oceanid-request-id"), []string{"req-8"}) || len(got.Get("traceparent")) != 1 || len(got.Get("baggage")) > 0 {
		t.Errorf("the driver got %v", got)
	}
}
