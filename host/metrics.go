package host

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk/fault"
)

// measure registers what is measured of the host's drivers and jobs, where the portal has a registry for it.
func (h *Host) measure() (err error) {
	registry := h.options.Metrics
	if registry == nil {
		return nil
	}
	if h.bulkheads.metrics, err = call.NewMetrics(registry); err != nil {
		return fault.Invalid.New("metrics: %w", err)
	}
	states := newDriverStates(h.catalog)
	err = registry.Register(states)
	if errors.As(err, new(prometheus.AlreadyRegisteredError)) {
		return fault.Exists.New("metrics: another host has this registry; tell them apart with prometheus.WrapRegistererWith")
	}
	if err != nil {
		return fault.Invalid.New("metrics: %w", err)
	}
	jobs := newJobMetrics()
	forget, err := jobs.register(registry)
	if err != nil {
		registry.Unregister(states)
		return err
	}
	h.jobsMeasured = jobs
	h.unmeasure = func() {
		registry.Unregister(states)
		forget()
	}
	return nil
}

// driverStates tells Prometheus how the drivers of a catalog are when it asks.
type driverStates struct {
	catalog                     *catalog.Catalog
	state, restarts, generation *prometheus.Desc
}

func newDriverStates(c *catalog.Catalog) *driverStates {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("oceanid_driver_"+name, help, append([]string{"driver"}, labels...), nil)
	}
	return &driverStates{
		catalog:    c,
		state:      desc("state", "1 for the state that a driver is in, 0 for the others.", "state"),
		restarts:   desc("restarts_total", "Starts of a driver that followed a crash."),
		generation: desc("generation", "The number of the driver's life that runs, or ran last; 0: none yet."),
	}
}

// Describe is prometheus.Collector's.
func (d *driverStates) Describe(to chan<- *prometheus.Desc) {
	to <- d.state
	to <- d.restarts
	to <- d.generation
}

// Collect is prometheus.Collector's.
func (d *driverStates) Collect(to chan<- prometheus.Metric) {
	all := []supervise.State{
		supervise.Stopped, supervise.Starting, supervise.Ready, supervise.Draining, supervise.BackingOff, supervise.Failed, catalog.Refused,
	}
	seen := map[string]bool{}
	for _, c := range d.catalog.Candidates() {
		// The first of a name is the one that is used. A folder has any files, and what no driver may be called is no label.
		if seen[c.Name] || !catalog.ValidName(c.Name) {
			continue
		}
		seen[c.Name] = true
		for _, s := range all {
			is := 0.0
			if c.State == s {
				is = 1
			}
			to <- prometheus.MustNewConstMetric(d.state, prometheus.GaugeValue, is, c.Name, string(s))
		}
		to <- prometheus.MustNewConstMetric(d.restarts, prometheus.CounterValue, float64(c.Restarts), c.Name)
		to <- prometheus.MustNewConstMetric(d.generation, prometheus.GaugeValue, float64(c.Generation), c.Name)
	}
}

var _ prometheus.Collector = (*driverStates)(nil)
