package host

import (
	"github.com/hashicorp/go-hclog"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/trace"

	"github.com/oceanid/oceanid/sdk"
)

// Options say what a host is made of. The zero value is usable: it reads config.hcl in the working directory, if it is there.
type Options struct {
	// Config is the configuration: a file in HCL or HCL's JSON syntax, or a folder of them. Default: config.hcl if that exists, else nothing but
	// defaults.
	Config string
	// Redis is a client that the portal has already; it takes the place of the file's store address, and stays the portal's: Close leaves it open.
	Redis redis.UniversalClient
	// Drivers are served within the portal's own process, over the same messages as one in a process of its own. They win over drivers that are
	// found in folders; a driver block of the file wins over them.
	Drivers []sdk.Plugin
	// NoFollow leaves the following of jobs to other processes. Events and Watch still work; they tell what those write.
	NoFollow bool
	// Metrics is where Prometheus finds what the host measures of its drivers, under names that begin with oceanid_driver_: calls, how long they took, how many
	// wait or were refused, events, states, restarts; and of jobs, under oceanid_jobs_: submissions, how long they took, ends, how late they were noticed. Hosts with one registry are told apart by prometheus.WrapRegistererWith. Default: nothing is
	// measured; there is no global registry.
	Metrics prometheus.Registerer
	// Tracing gets a span for every call to a driver, within that of the portal's context. The driver is told of it as well. Default: nothing is traced.
	Tracing trace.TracerProvider
	// Log hears the host and its drivers. Default: nothing.
	Log hclog.Logger
}
