package host_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// series is how many a metric has.
func series(t *testing.T, registry *prometheus.Registry, name string) int {
	t.Helper()
	all, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.GetName() == name {
			return len(m.GetMetric())
		}
	}
	return 0
}

// A portal's registry and tracer get what the host measures, and nothing of it is left when the host has closed.
func TestMetricsAndTraces(t *testing.T) {
	t.Parallel()
	registry, spans := prometheus.NewRegistry(), tracetest.NewSpanRecorder()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	o := drivers(newPool().plugin("memory"))
	of := func(host string) prometheus.Registerer {
		return prometheus.WrapRegistererWith(prometheus.Labels{"host": host}, registry)
	}
	o.Metrics, o.Tracing = of("first"), tracer
	dir := t.TempDir()
	h := open(t, dir, o)
	s := saved(t, h, "s")
	ctx, span := tracer.Tracer("portal").Start(t.Context(), "the portal's own")
	if _, err := s.Submit(ctx, scheduler.Job{Command: "x"}); err != nil {
		t.Fatal(err)
	}
	span.End()
	for name, want := range map[string]int{"oceanid_driver_state": 7, "oceanid_driver_restarts_total": 1, "oceanid_driver_generation": 1} {
		if n := series(t, registry, name); n != want {
			t.Errorf("%d of %s, want %d", n, name, want)
		}
	}
	if series(t, registry, "oceanid_driver_calls_total") == 0 {
		t.Error("no call was counted")
	}
	trace := span.SpanContext().TraceID()
	if !slices.ContainsFunc(spans.Ended(), func(s sdktrace.ReadOnlySpan) bool {
		return s.Name() == "oceanid.scheduler.v1.Scheduler/Submit" && s.SpanContext().TraceID() == trace
	}) {
		t.Errorf("the submission is no span of the portal's trace: %v", spans.Ended())
	}

	second := o
	if _, err := tryOpen(t, t.TempDir(), second); !errors.Is(err, fault.Exists) {
		t.Errorf("a second host with the same registry: %v", err)
	}
	second.Metrics = of("second")
	open(t, t.TempDir(), second)
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if n := series(t, registry, "oceanid_driver_state"); n != 7 {
		t.Errorf("%d states of the second host alone", n)
	}
}

// Anything may lie in a folder of drivers, and no name that no driver has becomes a metric: one that is not even text would take all of the portal's metrics with it.
func TestStrangeFilesAreNoMetrics(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "drivers")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"oceanid-\xff", "oceanid-x.1.bak", "oceanid-"} {
		write(t, filepath.Join(folder, name), "")
	}
	write(t, filepath.Join(folder, "oceanid-refused"), "")
	write(t, filepath.Join(dir, "config.hcl"), fmt.Sprintf("driver_dir = %q\n", folder))
	registry := prometheus.NewRegistry()
	h := open(t, dir, host.Options{Metrics: registry})
	if n := len(h.Drivers()); n != 4 {
		t.Errorf("%d candidates", n)
	}
	if n := series(t, registry, "oceanid_driver_generation"); n != 1 {
		t.Errorf("%d drivers are measured", n)
	}
}
