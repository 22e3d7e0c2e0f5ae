package drivertest

import (
	"context"
	"slices"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// verb is one call of the protocol that acts on an instance, in a form that every driver must be able to answer.
type verb struct {
	name    string
	service string
	// call makes one call, whole. ref is a job; where the verb makes one, it is the job's own.
	call func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error
}

// makes tells whether the job is one that the call makes, or makes ready.
func (v verb) makes() bool {
	return slices.Contains([]string{"submit", "submit-workflow", "submit-batch", "upload"}, v.name)
}

// verbs are all that act on an instance, and change nothing at the pool but for submissions, and what is left of jobs that have ended.
func verbs() []verb {
	return []verb{
		{"submit", serviceScheduler, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error {
			_, err := s.submit(ctx, &schedulerv1.Job{Token: ref.GetToken(), Name: "conformance", Command: "true"})
			return err
		}},
		{"query", serviceScheduler, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error {
			_, err := s.query(ctx, ref)
			return err
		}},
		{"cancel", serviceScheduler, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error { return s.cancel(ctx, ref) }},
		{"watch", serviceEvents, func(ctx context.Context, s *subject, _ *schedulerv1.JobRef) error {
			ctx, cancel := s.suite.patient(ctx)
			defer cancel()
			stream, err := s.watch(ctx, "")
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		}},
		{"hold", serviceHolds, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error { return s.hold(ctx, ref) }},
		{"release", serviceHolds, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error { return s.release(ctx, ref) }},
		{"submit-workflow", serviceWorkflows, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error {
			_, err := s.submitWorkflow(ctx, &schedulerv1.Workflow{Token: ref.GetToken(), Name: "conformance", Nodes: []*schedulerv1.Node{
				{Name: "a", Job: &schedulerv1.Job{Token: ref.GetToken() + "-0", Name: "conformance", Command: "true"}},
			}})
			return err
		}},
		{"tail", serviceLogs, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error {
			_, err := s.tail(ctx, &schedulerv1.TailRequest{Job: ref})
			return err
		}},
		{"upload", serviceUploads, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error {
			content := []byte("content")
			return s.upload(ctx, ref.GetToken(), describe("input", content, 0o644), content)
		}},
		{"download", serviceDownloads, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error {
			_, problem, err := s.download(ctx, &schedulerv1.DownloadRequest{Job: ref})
			if problem != nil {
				return problem
			}
			return err
		}},
		{"probe", serviceProbes, func(ctx context.Context, s *subject, _ *schedulerv1.JobRef) error {
			_, err := s.probe(ctx)
			return err
		}},
		{"submit-batch", serviceBatches, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error {
			return s.submitBatch(ctx, &schedulerv1.Job{Token: ref.GetToken(), Name: "conformance", Command: "true"})
		}},
		{"suspend", serviceSuspends, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error { return s.suspend(ctx, ref) }},
		{"resume", serviceSuspends, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error { return s.resume(ctx, ref) }},
		{"remove", serviceRemovals, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error { return s.remove(ctx, ref) }},
		{"find", serviceFinds, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error {
			_, err := s.find(ctx, ref.GetToken())
			return err
		}},
		{"explain", serviceExplanations, func(ctx context.Context, s *subject, ref *schedulerv1.JobRef) error { return s.explain(ctx, ref) }},
		{"inspect", serviceInspections, func(ctx context.Context, s *subject, _ *schedulerv1.JobRef) error { return s.inspect(ctx) }},
	}
}

// verbs of the services that the driver says that it serves.
func (s *suite) verbs() []verb {
	var served []verb
	for _, v := range verbs() {
		if s.serves(v.service) {
			served = append(served, v)
		}
	}
	return served
}

// optional are the services that a driver may leave out, with the words for their checks.
func optional() []struct{ name, service string } {
	return []struct{ name, service string }{
		{"events", serviceEvents}, {"holds", serviceHolds}, {"workflows", serviceWorkflows}, {"logs", serviceLogs},
		{"uploads", serviceUploads}, {"downloads", serviceDownloads}, {"probes", serviceProbes},
		{"batches", serviceBatches}, {"suspends", serviceSuspends}, {"removals", serviceRemovals}, {"finds", serviceFinds},
		{"explanations", serviceExplanations}, {"inspections", serviceInspections},
	}
}
