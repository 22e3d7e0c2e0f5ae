package host

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oceanid/oceanid/sdk/fault"
)

// jobMetrics is what is measured of jobs. nil measures nothing.
type jobMetrics struct {
	submitted *prometheus.CounterVec
	ended     *prometheus.CounterVec
	submit    *prometheus.HistogramVec
	lag       *prometheus.HistogramVec
}

func newJobMetrics() *jobMetrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "oceanid_jobs_" + name, Help: help}, append([]string{"scheduler"}, labels...))
	}
	seconds := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "oceanid_jobs_" + name, Help: help, Buckets: prometheus.ExponentialBuckets(0.002, 2.5, 12)},
			append([]string{"scheduler"}, labels...))
	}
	return &jobMetrics{
		submitted: counter("submitted_total", "Submissions to this host, by what came of them: made, existing (by their key) or refused.", "result"),
		ended:     counter("ended_total", "Ends of jobs that this host has heard of, whichever process wrote them, by state.", "state"),
		submit:    seconds("submit_seconds", "How long Submit took, intent, inputs and pool included."),
		lag:       seconds("notice_lag_seconds", "How long after the pool's own time of a job's end the store knew of it."),
	}
}

func (m *jobMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.submitted, m.ended, m.submit, m.lag}
}

// register has a registry collect it, and gives the way back.
func (m *jobMetrics) register(registry prometheus.Registerer) (unregister func(), err error) {
	all := m.collectors()
	for i, c := range all {
		if err = registry.Register(c); err == nil {
			continue
		}
		for _, done := range all[:i] {
			registry.Unregister(done)
		}
		if errors.As(err, new(prometheus.AlreadyRegisteredError)) {
			return nil, fault.Exists.New("metrics: another host has this registry; tell them apart with prometheus.WrapRegistererWith")
		}
		return nil, fault.Invalid.New("metrics: %w", err)
	}
	return func() {
		for _, c := range all {
			registry.Unregister(c)
		}
	}, nil
}

// submitting counts a submission that began then.
func (m *jobMetrics) submitting(scheduler string, began time.Time, made bool, err error) {
	if m == nil {
		return
	}
	result := "made"
	switch {
	case err != nil:
		result = "refused"
	case !made:
		result = "existing"
	}
	m.submitted.WithLabelValues(scheduler, result).Inc()
	m.submit.WithLabelValues(scheduler).Observe(time.Since(began).Seconds())
}

// heard counts the end of a job, if the event is one: later events of a job that has ended tell no task.
func (m *jobMetrics) heard(e Event) {
	if !e.State.Terminal() || len(e.Tasks) == 0 {
		return
	}
	m.ended.WithLabelValues(e.Scheduler, string(e.State)).Inc()
	var end time.Time
	for _, t := range e.Tasks {
		if t.State.Terminal() && t.Time.After(end) {
			end = t.Time
		}
	}
	if !end.IsZero() {
		m.lag.WithLabelValues(e.Scheduler).Observe(max(0, e.Time.Sub(end).Seconds()))
	}
}

// measureEnds counts the ends of jobs until ctx is done. What happens while the store does not answer is not counted.
func (h *Host) measureEnds(ctx context.Context) {
	for ctx.Err() == nil {
		for e, err := range h.Events(ctx, "") {
			if err != nil {
				break
			}
			h.jobsMeasured.heard(e)
		}
		again := time.NewTimer(time.Second)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
		}
	}
}
