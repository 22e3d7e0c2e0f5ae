package call

import (
	"errors"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Metrics are what is counted of all calls to all drivers. A nil *Metrics counts nothing and costs nothing. It is safe for concurrent use.
type Metrics struct {
	calls    *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight *prometheus.GaugeVec
	waiting  *prometheus.GaugeVec
	refused  *prometheus.CounterVec
	events   *prometheus.CounterVec
}

// NewMetrics registers the metrics with r:
//
//	oceanid_driver_calls_total{driver,verb,result}     calls that have ended; result is "ok" or a kind of fault in lower case
//	oceanid_driver_call_seconds{driver,verb}           how long they took, waiting and repetitions included
//	oceanid_driver_calls_in_flight{driver}             calls and transfers under way; endless streams are not among them
//	oceanid_driver_calls_waiting{driver}               calls that wait for their turn
//	oceanid_driver_calls_refused_total{driver,reason}  calls that were never made: "driver" or "scheduler" for the queue that was full, "timeout" for one that waited too long
//	oceanid_driver_events_total{driver}                events that drivers told
//
// verb is the method's name in the protocol, as in "Submit". Metrics that are registered already, by another host on the same registry, are shared.
func NewMetrics(r prometheus.Registerer) (*Metrics, error) {
	opts := func(name, help string) prometheus.Opts {
		return prometheus.Opts{Namespace: "oceanid", Subsystem: "driver", Name: name, Help: help}
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts(opts(name, help)), append([]string{"driver"}, labels...))
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts(opts(name, help)), []string{"driver"})
	}
	m := &Metrics{
		calls:    counter("calls_total", "Calls to a driver that have ended.", "verb", "result"),
		inFlight: gauge("calls_in_flight", "Calls and transfers that are under way in a driver."),
		waiting:  gauge("calls_waiting", "Calls that wait for their turn."),
		refused:  counter("calls_refused_total", "Calls that were never made, for the driver had too many.", "reason"),
		events:   counter("events_total", "Events that a driver told."),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "oceanid", Subsystem: "driver", Name: "call_seconds", Help: "How long calls to a driver took.",
			// From a driver that answers out of its memory to the longest deadline of a verb.
			Buckets:                        []float64{.001, .005, .025, .1, .25, .5, 1, 2.5, 10, 30, 60, 120},
			NativeHistogramBucketFactor:    1.1,
			NativeHistogramMaxBucketNumber: 100,
			// A native histogram that has too many buckets begins anew at most this often.
			NativeHistogramMinResetDuration: time.Hour,
		}, []string{"driver", "verb"}),
	}
	return m, errors.Join(register(r, &m.calls), register(r, &m.seconds), register(r, &m.inFlight), register(r, &m.waiting), register(r, &m.refused), register(r, &m.events))
}

// register registers a metric, or takes the one that is there.
func register[C prometheus.Collector](r prometheus.Registerer, c *C) error {
	err := r.Register(*c)
	if there := (prometheus.AlreadyRegisteredError{}); errors.As(err, &there) {
		if known, same := there.ExistingCollector.(C); same {
			*c = known
			return nil
		}
	}
	return err
}

// measured is one driver's part of the metrics.
type measured struct {
	*Metrics
	driver string
}

func (m *Metrics) of(driver string) measured { return measured{m, driver} }

func (m measured) inFlight(by float64) {
	if m.Metrics != nil {
		m.Metrics.inFlight.WithLabelValues(m.driver).Add(by)
	}
}

func (m measured) waiting(by float64) {
	if m.Metrics != nil {
		m.Metrics.waiting.WithLabelValues(m.driver).Add(by)
	}
}

func (m measured) refused(reason string) {
	if m.Metrics != nil {
		m.Metrics.refused.WithLabelValues(m.driver, reason).Inc()
	}
}

func (m measured) event() {
	if m.Metrics != nil {
		m.Metrics.events.WithLabelValues(m.driver).Inc()
	}
}

// ended counts a call.
func (m measured) ended(verb string, took time.Duration, err error) {
	if m.Metrics != nil {
		m.Metrics.calls.WithLabelValues(m.driver, verb, result(err)).Inc()
		m.Metrics.seconds.WithLabelValues(m.driver, verb).Observe(took.Seconds())
	}
}

// result is the kind of an error in lower case. A kind that a driver made up counts as none, for each word would be a metric of its own.
func result(err error) string {
	switch kind := fault.Of(err); kind {
	case "":
		return "ok"
	case fault.NotFound, fault.Exists, fault.Invalid, fault.Denied, fault.Conflict, fault.Exhausted, fault.Unavailable, fault.Unsupported,
		fault.Timeout, fault.Cancelled, fault.Crashed, fault.Unconfigured:
		return strings.ToLower(string(kind))
	}
	return strings.ToLower(string(fault.Internal))
}
