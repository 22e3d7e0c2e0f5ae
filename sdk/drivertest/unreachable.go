package drivertest

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func unreachableChecks() []check {
	checks := group("unreachable", "", "scheduler.Driver: an error of the transport to the pool is never told as a job's failure",
		of("query-loses-nothing", "While the pool cannot be reached Query tells no job as lost, failed or cancelled: it is an error, or tells nothing.", "",
			"Tell LOST only when the pool has answered that it does not know the job.", unreachableQuery),
		of("submit-says-so", "While the pool cannot be reached Submit is an error that says whose fault it is, and not that the job is INVALID.", "package fault: Unavailable, Denied",
			"Answer UNAVAILABLE, or DENIED where the pool does not let you in.", unreachableSubmit),
		of("probe-says-why", "While the pool cannot be reached Probe reports the step that failed, with words, and ends with its error.", "scheduler.Prober; scheduler.proto, rpc Probe",
			"Report a step with ok false and what to do, and end with the error.", unreachableProbe),
	)
	checks[2].Service, checks[2].Required = serviceProbes, false
	return checks
}

// unreachable gives an instance whose pool cannot be reached.
func (t *trial) unreachable(ctx context.Context) (*subject, error) {
	if len(t.suite.o.Unreachable) == 0 {
		return nil, notApplicable("no configuration is given with which the pool cannot be reached: give one as Options.Unreachable in Go, or with --unreachable to the command")
	}
	s, err := t.beginBare(ctx)
	if err != nil {
		return nil, err
	}
	config, err := fill(t.suite.described.GetConfig(), json.RawMessage(t.suite.o.Unreachable))
	if err != nil {
		return nil, notApplicable("the configuration with which the pool cannot be reached: %v", err)
	}
	const refusal = "the driver does not take the configuration with which the pool cannot be reached: "
	found, err := s.configureWith(ctx, config)
	if err != nil {
		return nil, notApplicable(refusal+"%s", said(err))
	}
	for _, d := range found {
		if d.GetSeverity() != pluginv1.Diagnostic_SEVERITY_WARNING {
			return nil, notApplicable(refusal+"%s%s", place(d), d.GetSummary())
		}
	}
	return s, nil
}

func unreachableQuery(ctx context.Context, t *trial) error {
	s, err := t.unreachable(ctx)
	if err != nil {
		return err
	}
	told, err := s.query(ctx, t.stranger())
	if len(told) > 0 {
		return saw("Query tells %s", show(told[0]))
	}
	if err != nil && infoOf(err) == nil {
		return saw("Query gave a %s", said(err))
	}
	return nil
}

func unreachableSubmit(ctx context.Context, t *trial) error {
	s, err := t.unreachable(ctx)
	if err != nil {
		return err
	}
	_, err = s.submit(ctx, &schedulerv1.Job{Token: t.suite.token(), Name: "conformance", Command: "true"})
	if err == nil {
		return saw("Submit answered with an identifier")
	}
	if !slices.Contains([]fault.Kind{fault.Unavailable, fault.Denied, fault.Timeout, fault.NotFound}, kindOf(err)) {
		return saw("Submit gave %s", said(err))
	}
	return nil
}

func unreachableProbe(ctx context.Context, t *trial) error {
	s, err := t.unreachable(ctx)
	if err != nil {
		return err
	}
	steps, err := s.probe(ctx)
	if err == nil {
		return saw("Probe ended well")
	}
	if infoOf(err) == nil {
		return saw("Probe gave a %s", said(err))
	}
	if n := len(steps); n == 0 || steps[n-1].GetOk() || steps[n-1].GetText() == "" {
		return saw("Probe ended with %s, and its last step is not one that failed, with words: %v", said(err), steps)
	}
	return nil
}
