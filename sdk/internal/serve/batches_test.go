package serve

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// only are instances of which there is one, "a" at revision "1".
func only(driver scheduler.Driver) *instances {
	retired, retire := context.WithCancel(context.Background())
	return &instances{log: slog.New(slog.DiscardHandler), configuring: map[string]*turn{}, known: map[string]*instance{
		"a": {revision: "1", driver: driver, log: slog.New(slog.DiscardHandler), retired: retired, retire: retire},
	}}
}

func ref() *pluginv1.Instance { return &pluginv1.Instance{Id: "a", Revision: "1"} }

// batcher answers a batch as it is told to, and remembers what it was given.
type batcher struct {
	scheduler.Driver
	seen    *[]string
	answers func(scheduler.Job) []scheduler.Submitted
}

func (b batcher) SubmitBatch(_ context.Context, jobs []scheduler.Job, yield func(scheduler.Submitted) error) error {
	for _, job := range jobs {
		*b.seen = append(*b.seen, job.Token)
		for _, a := range b.answers(job) {
			if err := yield(a); err != nil {
				return err
			}
		}
	}
	return nil
}

// collected is a stream that keeps what is sent.
type collected struct {
	grpc.ServerStream
	ctx  context.Context
	sent []string
}

func (s *collected) Context() context.Context { return s.ctx }

func (s *collected) Send(r *schedulerv1.SubmitBatchResponse) error {
	s.sent = append(s.sent, r.GetToken()+" "+r.GetId()+r.GetRefusal().GetReason())
	return nil
}

// Whatever a driver answers, the host hears of each job once at most, and is told when it heard of fewer.
func TestEachJobOfABatchIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	well := func(job scheduler.Job) []scheduler.Submitted {
		return []scheduler.Submitted{{Token: job.Token, ID: "1"}}
	}
	for name, c := range map[string]struct {
		jobs    []*schedulerv1.Job
		answers func(scheduler.Job) []scheduler.Submitted
		seen    []string // by the driver
		sent    []string
		err     string
	}{
		"well": {[]*schedulerv1.Job{{Token: "a", Command: "x"}, {Token: "b", Command: "x"}}, well, []string{"a", "b"}, []string{"a 1", "b 1"}, ""},
		"one is no job": {[]*schedulerv1.Job{{Token: "a", Command: "x"}, {Token: "b"}, {Token: "c", Command: "x"}}, well,
			[]string{"a", "c"}, []string{"a 1", "b INVALID", "c 1"}, ""},
		"none is a job":    {[]*schedulerv1.Job{{Token: "b"}}, well, nil, []string{"b INVALID"}, ""},
		"one has no token": {[]*schedulerv1.Job{{Command: "x"}, {Token: "b", Command: "x"}}, well, []string{"b"}, []string{" INVALID", "b 1"}, ""},
		"a token twice":    {[]*schedulerv1.Job{{Token: "a", Command: "x"}, {Token: "a", Command: "x"}}, well, nil, nil, `two jobs of a batch have the token "a"`},
		"answered twice": {[]*schedulerv1.Job{{Token: "a", Command: "x"}}, func(job scheduler.Job) []scheduler.Submitted { return append(well(job), well(job)...) },
			[]string{"a"}, []string{"a 1"}, "or twice"},
		"a stranger": {[]*schedulerv1.Job{{Token: "a", Command: "x"}}, func(scheduler.Job) []scheduler.Submitted { return []scheduler.Submitted{{Token: "z", ID: "1"}} },
			[]string{"a"}, nil, `"z" that it was not asked about`},
		"not answered": {[]*schedulerv1.Job{{Token: "a", Command: "x"}}, func(scheduler.Job) []scheduler.Submitted { return nil }, []string{"a"}, nil, "what became of 1 of 1 jobs"},
		"no identifier": {[]*schedulerv1.Job{{Token: "a", Command: "x"}}, func(job scheduler.Job) []scheduler.Submitted { return []scheduler.Submitted{{Token: job.Token}} },
			[]string{"a"}, []string{"a INTERNAL"}, ""},
		"a long identifier": {[]*schedulerv1.Job{{Token: "a", Command: "x"}}, func(job scheduler.Job) []scheduler.Submitted {
			return []scheduler.Submitted{{Token: job.Token, ID: scheduler.ID(strings.Repeat("x", 513))}}
		}, []string{"a"}, []string{"a INTERNAL"}, ""},
		"refused": {[]*schedulerv1.Job{{Token: "a", Command: "x"}}, func(job scheduler.Job) []scheduler.Submitted {
			return []scheduler.Submitted{{Token: job.Token, Err: fault.Exhausted.New("full")}}
		}, []string{"a"}, []string{"a EXHAUSTED"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var seen []string
			stream := &collected{ctx: t.Context()}
			s := &batchesServer{instances: only(batcher{seen: &seen, answers: c.answers})}
			err := s.SubmitBatch(&schedulerv1.SubmitBatchRequest{Instance: ref(), Jobs: c.jobs}, stream)
			slices.Sort(stream.sent)
			if diff := cmp.Diff([][]string{c.seen, c.sent}, [][]string{seen, stream.sent}); diff != "" {
				t.Error(diff)
			}
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("%v; want %q", err, c.err)
			}
		})
	}
}
