package wire_test

import (
	"context"
	"fmt"
	"net"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// fill gives every field of a Go value a value of its own that is not zero.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(int64(*n), int64(*n)).UTC()))
		return
	case reflect.TypeFor[scheduler.State]():
		v.SetString(string(scheduler.States()[*n%len(scheduler.States())]))
		return
	case reflect.TypeFor[scheduler.Cause]():
		v.SetString(string(scheduler.Causes()[*n%len(scheduler.Causes())]))
		return
	case reflect.TypeFor[scheduler.NodeKind]():
		v.SetString(string(scheduler.FinalNode))
		return
	case reflect.TypeFor[scheduler.Policy]():
		return // only the host knows it
	case reflect.TypeFor[*scheduler.Workflow]():
		if *n > 1000 {
			return // one within another is enough
		}
		*n += 1000
		defer func() { *n -= 1000 }()
	case reflect.TypeFor[error]():
		v.Set(reflect.ValueOf(fault.Conflict.New("text %d", *n)))
		return
	case reflect.TypeFor[any]():
		v.Set(reflect.ValueOf([]any{float64(*n), true, fmt.Sprint("text ", *n), []any{"a", "b"}}[*n%4]))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(int64(*n))
	case reflect.Uint32, reflect.Uint8:
		v.SetUint(uint64(*n % 200))
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, n)
			fill(value, n)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic(fmt.Sprintf("fill does not know %s", v.Type()))
	}
}

func filled[T any]() T {
	var v T
	n := 0
	fill(reflect.ValueOf(&v).Elem(), &n)
	return v
}

// unset names the fields of a message, at any depth, that nothing was written to.
func unset(m protoreflect.Message, at string) (names []string) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		name := at + "." + string(f.Name())
		switch {
		case !m.Has(f):
			deepest := strings.HasSuffix(name, "workflow.nodes.workflow")
			if f.ContainingOneof() == nil && !deepest && name != "message.job" {
				names = append(names, name)
			}
		case f.IsMap():
		case f.IsList():
			if list := m.Get(f).List(); f.Message() != nil {
				names = append(names, unset(list.Get(0).Message(), name)...)
			}
		case f.Message() != nil && f.Message().ParentFile().Package() == "oceanid.scheduler.v1":
			names = append(names, unset(m.Get(f).Message(), name)...)
		}
	}
	return names
}

// onlyCrossing empties what only the host knows.
func onlyCrossing(j *scheduler.Job) {
	j.Key, j.Groups = "", nil
	for i := range j.Inputs {
		j.Inputs[i].Path, j.Inputs[i].Data = "", nil
	}
}

func onlyCrossingAll(w *scheduler.Workflow) {
	w.Key, w.Groups = "", nil
	for i := range w.Nodes {
		onlyCrossing(&w.Nodes[i].Job)
		if inner := w.Nodes[i].Workflow; inner != nil {
			onlyCrossingAll(inner)
		}
	}
}

// roundTrip sends a value through the bytes of the wire, and demands that each field of the message was written.
func roundTrip[T any, M interface {
	*P
	proto.Message
}, P any](t *testing.T, to func(T) M, from func(M) T) {
	t.Helper()
	want := filled[T]()
	switch v := any(&want).(type) {
	case *scheduler.Input:
		v.Path, v.Data = "", nil // only the host knows these
	case *scheduler.Job:
		onlyCrossing(v)
	case *scheduler.Workflow:
		onlyCrossingAll(v)
	case *scheduler.Found:
		onlyCrossingAll(v.Workflow)
		v.Job = scheduler.Job{} // a workflow is in its place
	case *scheduler.File:
		v.SHA256 = "" // crosses in the trailer
	}
	message := to(want)
	if names := unset(message.ProtoReflect(), "message"); len(names) > 0 {
		t.Errorf("never written: %v", names)
	}
	bytes, err := proto.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	back := M(new(P))
	if err := proto.Unmarshal(bytes, back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, from(back)); diff != "" {
		t.Errorf("changed on the wire (-sent +arrived):\n%s", diff)
	}
	var zero T
	if diff := cmp.Diff(zero, from(to(zero)), cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "State" || p.String() == "Status.State" }, cmp.Ignore())); diff != "" {
		t.Errorf("the zero value changed on the wire (-sent +arrived):\n%s", diff)
	}
}

func TestEveryFieldSurvives(t *testing.T) {
	t.Parallel()
	t.Run("job", func(t *testing.T) { roundTrip(t, wire.JobToProto, wire.JobFromProto) })
	t.Run("input", func(t *testing.T) { roundTrip(t, wire.InputToProto, wire.InputFromProto) })
	t.Run("workflow", func(t *testing.T) { roundTrip(t, wire.WorkflowToProto, wire.WorkflowFromProto) })
	t.Run("ref", func(t *testing.T) { roundTrip(t, wire.RefToProto, wire.RefFromProto) })
	t.Run("status", func(t *testing.T) { roundTrip(t, wire.StatusToProto, wire.StatusFromProto) })
	t.Run("found", func(t *testing.T) { roundTrip(t, wire.FoundToProto, wire.FoundFromProto) })
	t.Run("explanation", func(t *testing.T) { roundTrip(t, wire.ExplanationToProto, wire.ExplanationFromProto) })
	t.Run("pool", func(t *testing.T) { roundTrip(t, wire.PoolToProto, wire.PoolFromProto) })
	t.Run("file", func(t *testing.T) { roundTrip(t, wire.FileToProto, wire.FileFromProto) })
	t.Run("check", func(t *testing.T) { roundTrip(t, wire.CheckToProto, wire.CheckFromProto) })
}

func TestEventSurvives(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]scheduler.Event{
		"status": {Status: filled[scheduler.Status](), Cursor: "c"},
		"reset":  {Reset: "log was deleted", Cursor: "c"},
	} {
		if got, ok := wire.EventFromProto(wire.EventToProto(want)); !ok || !cmp.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	heartbeat := &schedulerv1.WatchResponse{Message: &schedulerv1.WatchResponse_Heartbeat{Heartbeat: &schedulerv1.Heartbeat{}}}
	if e, ok := wire.EventFromProto(heartbeat); ok {
		t.Errorf("a heartbeat became %v", e)
	}
}

func TestEveryStateCrosses(t *testing.T) {
	t.Parallel()
	seen := map[schedulerv1.State]bool{}
	for _, s := range scheduler.States() {
		p := wire.StatusToProto(scheduler.Status{State: s})
		if got := wire.StatusFromProto(p).State; got != s || seen[p.GetState()] || p.GetState() == 0 {
			t.Errorf("%q crossed as %v and came back as %q", s, p.GetState(), got)
		}
		seen[p.GetState()] = true
	}
	if got, want := len(seen), len(schedulerv1.State_name)-1; got != want {
		t.Errorf("%d states in Go, %d on the wire", got, want)
	}
	if got := wire.StatusFromProto(&schedulerv1.Status{State: 77}).State; got != "unknown(77)" || got.Terminal() {
		t.Errorf("a state of the future reads %q", got)
	}
}

func TestEveryCauseCrosses(t *testing.T) {
	t.Parallel()
	seen := map[schedulerv1.Cause]bool{}
	for _, c := range scheduler.Causes() {
		p := wire.StatusToProto(scheduler.Status{Cause: c})
		if got := wire.StatusFromProto(p).Cause; got != c || seen[p.GetCause()] || p.GetCause() == 0 {
			t.Errorf("%q crossed as %v and came back as %q", c, p.GetCause(), got)
		}
		seen[p.GetCause()] = true
	}
	if got, want := len(seen), len(schedulerv1.Cause_name)-1; got != want {
		t.Errorf("%d causes in Go, %d on the wire", got, want)
	}
	if got := wire.StatusFromProto(&schedulerv1.Status{Cause: 77}).Cause; got != "" {
		t.Errorf("a cause of the future reads %q", got)
	}
}

func TestAnswersOfABatchCross(t *testing.T) {
	t.Parallel()
	taken := wire.SubmittedFromProto(wire.SubmittedToProto(scheduler.Submitted{Token: "t", ID: "7"}))
	if taken != (scheduler.Submitted{Token: "t", ID: "7"}) {
		t.Errorf("%+v", taken)
	}
	refused := wire.SubmittedFromProto(wire.SubmittedToProto(scheduler.Submitted{Token: "t", Err: fault.After(fault.By(fault.Scheduler, fault.Exhausted.New("full")), time.Minute)}))
	after, ok := fault.RetryAfter(refused.Err)
	if fault.Of(refused.Err) != fault.Exhausted || fault.Blame(refused.Err) != fault.Scheduler || refused.Err.Error() != "full" || !ok || after != time.Minute || refused.ID != "" {
		t.Errorf("%+v", refused)
	}
}

func TestANodeOfTheFutureIsNoOther(t *testing.T) {
	t.Parallel()
	w := wire.WorkflowFromProto(&schedulerv1.Workflow{Token: "t", Nodes: []*schedulerv1.Node{{Name: "a", Kind: 7, Job: &schedulerv1.Job{Command: "/bin/true"}}}})
	if err := w.Check(); fault.Of(err) != fault.Invalid {
		t.Errorf("a node of a kind that nobody knows: %v", err)
	}
}

func TestErrorsCross(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{
		fault.NotFound, fault.Exists, fault.Invalid, fault.Denied, fault.Conflict, fault.Exhausted, fault.Unavailable, fault.Unsupported,
		fault.Timeout, fault.Cancelled, fault.Crashed, fault.Unconfigured, fault.Internal, "FROM_THE_FUTURE",
	} {
		sent := fault.After(fault.By(fault.Host, kind.New("job %s\xff: gone", "7")), 3*time.Second)
		got := wire.Fault(wire.Error(sent))
		after, ok := fault.RetryAfter(got)
		if fault.Of(got) != kind || fault.Blame(got) != fault.Host || !ok || after != 3*time.Second || got.Error() != "job 7\uFFFD: gone" || wire.Transport(got) {
			t.Errorf("%s arrived as %v: kind %s, blame %s, after %v", kind, got, fault.Of(got), fault.Blame(got), after)
		}
	}
	if wire.Error(nil) != nil || wire.Fault(nil) != nil {
		t.Error("no error became one")
	}
}

func TestTransportErrors(t *testing.T) {
	t.Parallel()
	for code, want := range map[codes.Code]fault.Kind{
		codes.Unavailable:       fault.Unavailable,
		codes.Unimplemented:     fault.Unsupported,
		codes.DeadlineExceeded:  fault.Timeout,
		codes.Canceled:          fault.Cancelled,
		codes.ResourceExhausted: fault.Exhausted,
		codes.Unknown:           fault.Internal,
	} {
		err := wire.Fault(status.Error(code, "x"))
		if fault.Of(err) != want || wire.Transport(err) != (code == codes.Unavailable || code == codes.Canceled) {
			t.Errorf("%v became %v (%s), transport %v", code, err, fault.Of(err), wire.Transport(err))
		}
	}
}

// A request that the host's own side does not send is the host's fault, and an answer that is too large is the driver's: in gRPC's own words.
func TestTooLargeIsTheFaultOfWhoSaysIt(t *testing.T) {
	t.Parallel()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	pluginv1.RegisterPluginServer(server, talkative{})
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // ends with the server
	t.Cleanup(func() { server.Stop(); serving.Wait() })
	conn, err := grpc.NewClient("passthrough:", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(1000), grpc.MaxCallRecvMsgSize(1000)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for size, blame := range map[int]fault.Party{2000: fault.Host, 10: fault.Driver} {
		_, err := pluginv1.NewPluginClient(conn).Validate(t.Context(), &pluginv1.ValidateRequest{ConfigJson: make([]byte, size)})
		if err = wire.Fault(err); fault.Of(err) != fault.Exhausted || fault.Blame(err) != blame || wire.Transport(err) {
			t.Errorf("a request of %d bytes: %v (%s), by %s and not %s", size, err, fault.Of(err), fault.Blame(err), blame)
		}
	}
}

// talkative answers at length.
type talkative struct {
	pluginv1.UnimplementedPluginServer
}

func (talkative) Validate(context.Context, *pluginv1.ValidateRequest) (*pluginv1.ValidateResponse, error) {
	return &pluginv1.ValidateResponse{Diagnostics: []*pluginv1.Diagnostic{{Summary: strings.Repeat("x", 2000)}}}, nil
}

// What a driver says must neither be more than a message holds nor make a record that cannot be kept.
func TestWhatADriverSaysHasBounds(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", wire.MaxMessage/4) + "\xff"
	page := &schedulerv1.QueryResponse{}
	for range wire.PageSize {
		page.Statuses = append(page.Statuses, wire.StatusToProto(scheduler.Status{
			ID: scheduler.ID(strings.Repeat("7", wire.MaxID)), Token: strings.Repeat("t", 64), Reason: long, Native: long, Node: strings.Repeat("\xff", wire.MaxText),
			Time: time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC),
		}))
	}
	if n := proto.Size(page); n > wire.MaxMessage {
		t.Errorf("a full page has %d bytes; a message holds %d", n, wire.MaxMessage)
	}
	for name, p := range map[string]*schedulerv1.Status{
		"from our SDK":  page.Statuses[0],
		"from anywhere": {Token: "t", Reason: long, Native: long, Node: long, Time: &timestamppb.Timestamp{Seconds: 1 << 40}},
	} {
		got := wire.StatusFromProto(p)
		if max(len(got.Reason), len(got.Native), len(got.Node)) > wire.MaxText || !utf8.ValidString(got.Reason) || !strings.HasPrefix(got.Reason, "éé") {
			t.Errorf("%s: texts of %d, %d and %d bytes", name, len(got.Reason), len(got.Native), len(got.Node))
		}
		if !got.Time.IsZero() {
			t.Errorf("%s: time %v", name, got.Time)
		}
	}
	for name, err := range map[string]error{"an error": wire.Error(fault.Invalid.New("%s", long)), "a foreign one": status.Error(codes.Internal, long)} {
		if got := wire.Fault(err); len(got.Error()) > wire.MaxText+100 {
			t.Errorf("%s has %d bytes", name, len(got.Error()))
		}
	}
}
