package call_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// liar is a driver without the SDK that answers what it is given to answer.
type liar struct {
	schedulerv1.UnimplementedBatchesServer
	schedulerv1.UnimplementedFindsServer
	schedulerv1.UnimplementedExplanationsServer
	schedulerv1.UnimplementedInspectionsServer
	answers   []*schedulerv1.SubmitBatchResponse
	found     []*schedulerv1.Found
	explained *schedulerv1.ExplainResponse
	pool      *schedulerv1.InspectResponse
}

func (l *liar) SubmitBatch(_ *schedulerv1.SubmitBatchRequest, stream grpc.ServerStreamingServer[schedulerv1.SubmitBatchResponse]) error {
	for _, a := range l.answers {
		if err := stream.Send(a); err != nil {
			return err
		}
	}
	return nil
}

func (l *liar) Find(_ *schedulerv1.FindRequest, stream grpc.ServerStreamingServer[schedulerv1.FindResponse]) error {
	for _, f := range l.found {
		if err := stream.Send(&schedulerv1.FindResponse{Found: f}); err != nil {
			return err
		}
	}
	return nil
}

func (l *liar) Explain(context.Context, *schedulerv1.ExplainRequest) (*schedulerv1.ExplainResponse, error) {
	return l.explained, nil
}

func (l *liar) Inspect(context.Context, *schedulerv1.InspectRequest) (*schedulerv1.InspectResponse, error) {
	return l.pool, nil
}

// believing calls a liar.
func believing(t *testing.T, l *liar) *call.Scheduler {
	t.Helper()
	server, listener := grpc.NewServer(), bufconn.Listen(1<<20)
	schedulerv1.RegisterBatchesServer(server, l)
	schedulerv1.RegisterFindsServer(server, l)
	schedulerv1.RegisterExplanationsServer(server, l)
	schedulerv1.RegisterInspectionsServer(server, l)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:liar", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	p := supervise.New(supervise.Options{Name: "liar", Start: func(context.Context) (supervise.Process, error) { return life{conn, make(chan struct{})}, nil }})
	t.Cleanup(func() {
		p.Close(context.Background())
		conn.Close()
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return call.New(call.Options{Name: "pool one", Process: p, Services: []string{call.Batches, call.Finds, call.Explanations, call.Inspections},
		Instance: func(context.Context) (call.Instance, error) { return call.Instance{ID: "one", Revision: "1"}, nil }})
}

func taken(token, id string) *schedulerv1.SubmitBatchResponse {
	return &schedulerv1.SubmitBatchResponse{Token: token, Answer: &schedulerv1.SubmitBatchResponse_Id{Id: id}}
}

// What a driver answers about a batch is believed job by job: what came before a lie stands, and nothing after it is heard.
func TestAnswersAboutABatch(t *testing.T) {
	t.Parallel()
	full := &schedulerv1.SubmitBatchResponse{Token: "b", Answer: &schedulerv1.SubmitBatchResponse_Refusal{Refusal: &schedulerv1.Refusal{Reason: "EXHAUSTED", Text: "full"}}}
	for name, c := range map[string]struct {
		answers []*schedulerv1.SubmitBatchResponse
		want    []string // token, identifier and kind of error of what came through
		err     string
	}{
		"in any order":           {[]*schedulerv1.SubmitBatchResponse{taken("b", "2"), taken("a", "1")}, []string{"b 2 ", "a 1 "}, ""},
		"one refused":            {[]*schedulerv1.SubmitBatchResponse{full, taken("a", "1")}, []string{"b  exhausted", "a 1 "}, ""},
		"answered twice":         {[]*schedulerv1.SubmitBatchResponse{taken("a", "1"), taken("a", "2"), taken("b", "3")}, []string{"a 1 "}, `"a" that it was not asked about, or twice`},
		"a stranger's token":     {[]*schedulerv1.SubmitBatchResponse{taken("a", "1"), taken("x", "2")}, []string{"a 1 "}, `"x" that it was not asked about`},
		"a long identifier":      {[]*schedulerv1.SubmitBatchResponse{taken("a", strings.Repeat("x", wire.MaxID+1)), taken("b", "2")}, []string{"a  internal", "b 2 "}, ""},
		"no identifier":          {[]*schedulerv1.SubmitBatchResponse{taken("a", ""), taken("b", "2")}, []string{"a  internal", "b 2 "}, ""},
		"neither answer":         {[]*schedulerv1.SubmitBatchResponse{{Token: "a"}, taken("b", "2")}, []string{"a  internal", "b 2 "}, ""},
		"one is not answered":    {[]*schedulerv1.SubmitBatchResponse{taken("b", "2")}, []string{"b 2 "}, "what became of 1 of 2 jobs"},
		"nothing at all":         {nil, nil, "what became of 2 of 2 jobs"},
		"a refusal of no reason": {[]*schedulerv1.SubmitBatchResponse{{Token: "a", Answer: &schedulerv1.SubmitBatchResponse_Refusal{}}, taken("b", "2")}, []string{"a  internal", "b 2 "}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			err := believing(t, &liar{answers: c.answers}).SubmitBatch(t.Context(), []scheduler.Job{{Token: "a", Command: "x"}, {Token: "b", Command: "x"}}, func(s scheduler.Submitted) error {
				kind := fault.Kind("")
				if s.Err != nil {
					kind, s.ID = fault.Of(s.Err), ""
				}
				got = append(got, fmt.Sprintf("%s %s %s", s.Token, s.ID, kind))
				return nil
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			lied(t, err, c.err)
		})
	}
}

// lied checks that an error blames the driver with those words; "": that there is none.
func lied(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Error(err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want) || fault.Blame(err) != fault.Driver || !errors.Is(err, fault.Internal)):
		t.Errorf("%v, blame %q; want %q", err, fault.Blame(err), want)
	}
}

// Two jobs of one token are one wish, and which of them was meant nobody can tell.
func TestATokenTwiceInABatch(t *testing.T) {
	t.Parallel()
	err := believing(t, &liar{}).SubmitBatch(t.Context(), []scheduler.Job{{Token: "a", Command: "x"}, {Token: "a", Command: "y"}}, func(scheduler.Submitted) error { return nil })
	if !errors.Is(err, fault.Invalid) || fault.Blame(err) != fault.Host {
		t.Error(err)
	}
}

// What a driver finds is a host's own, told once, and possible.
func TestWhatIsFound(t *testing.T) {
	t.Parallel()
	found := func(token, id string, tasks int64) *schedulerv1.Found {
		return &schedulerv1.Found{Ref: &schedulerv1.JobRef{Id: id, Token: token, Count: tasks}}
	}
	with := func(f *schedulerv1.Found, job *schedulerv1.Job) *schedulerv1.Found { f.Job = job; return f }
	for name, c := range map[string]struct {
		found []*schedulerv1.Found
		want  []string
		err   string
	}{
		"ours":               {[]*schedulerv1.Found{found("uid-a", "1", 1), found("uid-b", "2", 3)}, []string{"uid-a 1 1 ", "uid-b 2 3 "}, ""},
		"another's":          {[]*schedulerv1.Found{found("other-a", "1", 1), found("uid-b", "2", 1)}, []string{"uid-b 2 1 "}, ""},
		"twice":              {[]*schedulerv1.Found{found("uid-a", "1", 1), found("uid-a", "2", 1)}, []string{"uid-a 1 1 "}, ""},
		"no token":           {[]*schedulerv1.Found{found("uid-a b", "1", 1)}, nil, `the token "uid-a b", which is none`},
		"no identifier":      {[]*schedulerv1.Found{found("uid-a", "", 1)}, nil, "an identifier of 0 bytes"},
		"a long identifier":  {[]*schedulerv1.Found{found("uid-a", strings.Repeat("x", wire.MaxID+1), 1)}, nil, "an identifier of 513 bytes"},
		"negative":           {[]*schedulerv1.Found{found("uid-a", "1", -1)}, nil, "with -1 tasks"},
		"too many":           {[]*schedulerv1.Found{found("uid-a", "1", math.MaxInt64)}, nil, "tasks, which cannot be"},
		"with its job":       {[]*schedulerv1.Found{with(found("uid-a", "1", 1), &schedulerv1.Job{Command: "/bin/true"})}, []string{"uid-a 1 1 /bin/true"}, ""},
		"an impossible job":  {[]*schedulerv1.Found{with(found("uid-a", "1", 1), &schedulerv1.Job{Command: "a/b"})}, []string{"uid-a 1 1 "}, ""},
		"a job of more":      {[]*schedulerv1.Found{with(found("uid-a", "1", 2), &schedulerv1.Job{Command: "/bin/true"})}, []string{"uid-a 1 2 "}, ""},
		"what stood, stands": {[]*schedulerv1.Found{found("uid-a", "1", 1), found("uid-b", "", 1)}, []string{"uid-a 1 1 "}, "an identifier of 0 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			err := believing(t, &liar{found: c.found}).Find(t.Context(), "uid-", time.Time{}, func(f scheduler.Found) error {
				got = append(got, fmt.Sprintf("%s %s %d %s", f.Ref.Token, f.Ref.ID, f.Ref.Tasks, f.Job.Command))
				return nil
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			lied(t, err, c.err)
		})
	}
}

// A page that shows a pool may add up what it reads.
func TestAPoolThatCannotBe(t *testing.T) {
	t.Parallel()
	node := func(c *schedulerv1.Capacity) []*schedulerv1.PoolNode {
		return []*schedulerv1.PoolNode{{Name: "a", Capacity: c}}
	}
	for name, p := range map[string]*schedulerv1.InspectResponse{
		"no number":       {Sum: &schedulerv1.Capacity{Cpus: math.NaN()}},
		"endless":         {Sum: &schedulerv1.Capacity{CpusUsed: math.Inf(1)}},
		"negative memory": {Sum: &schedulerv1.Capacity{MemoryBytes: -1}},
		"of a node":       {Count: 1, Nodes: node(&schedulerv1.Capacity{GpusUsed: -1})},
		"fewer than told": {Count: 0, Nodes: node(nil)},
		"negative jobs":   {Jobs: []*schedulerv1.StateCount{{State: schedulerv1.State_STATE_RUNNING, Count: -1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := believing(t, &liar{pool: p}).Inspect(t.Context())
			lied(t, err, "told of a pool what cannot be")
			if diff := cmp.Diff(scheduler.Pool{}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	whole := &schedulerv1.InspectResponse{Software: "X", Count: 2, Sum: &schedulerv1.Capacity{Cpus: 2}, Nodes: node(&schedulerv1.Capacity{Cpus: 1})}
	if got, err := believing(t, &liar{pool: whole}).Inspect(t.Context()); err != nil || got.Sum.CPUs != 2 || len(got.Nodes) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// An explanation without a sentence is none.
func TestAnExplanationWithoutASentence(t *testing.T) {
	t.Parallel()
	_, err := believing(t, &liar{explained: &schedulerv1.ExplainResponse{Points: []string{"because"}}}).Explain(t.Context(), scheduler.Ref{Token: "t"}, 0)
	lied(t, err, "without a sentence")
}
