package launchtest

import (
	"math"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// EnvHang makes a method hang, whatever its service: "stop Query" stops the process by SIGSTOP when Query is called, "deaf Query" never returns from it,
// not even when the call is cancelled.
const EnvHang = "OCEANID_TEST_HANG"

// The tokens of jobs of which a driver that is asked tells something impossible, as it does in an event after such a cursor; about any other it tells the
// truth: nothing.
const (
	NegativeTask = "negative task"
	NegativeMany = "negative count"
	BeyondJob    = "beyond the job"
	Overflow     = "more tasks than there are numbers"
	LongID       = "long id"
	OddBytes     = "odd bytes"
	Stranger     = "another's token"
)

// anyService is the handler of every service that is not registered.
func anyService(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	how, verb, _ := strings.Cut(os.Getenv(EnvHang), " ")
	switch {
	case verb == path.Base(method) && how == "stop":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(time.Hour)
	case verb == path.Base(method) && how == "deaf":
		time.Sleep(time.Hour)
	case method == schedulerv1.Scheduler_Query_FullMethodName:
		return lie(stream)
	case method == schedulerv1.Scheduler_Cancel_FullMethodName:
		return stream.SendMsg(&schedulerv1.CancelResponse{})
	case method == schedulerv1.Events_Watch_FullMethodName:
		return lieByItself(stream)
	}
	return status.Error(codes.Unimplemented, method)
}

// lie answers a Query.
func lie(stream grpc.ServerStream) error {
	var asked schedulerv1.QueryRequest
	if err := stream.RecvMsg(&asked); err != nil {
		return err
	}
	for _, job := range asked.GetJobs() {
		if job.GetToken() == OddBytes {
			// No library writes a string that is not UTF-8; as bytes it goes.
			text := protowire.AppendBytes(protowire.AppendTag(nil, 2, protowire.BytesType), []byte("\xff\xfe"))
			return stream.SendMsg(wrapperspb.Bytes(text))
		}
		s := impossible(job.GetToken(), job.GetCount())
		if s == nil {
			continue
		}
		if err := stream.SendMsg(&schedulerv1.QueryResponse{Statuses: []*schedulerv1.Status{s}}); err != nil {
			return err
		}
	}
	return nil
}

// lieByItself answers a Watch.
func lieByItself(stream grpc.ServerStream) error {
	var asked schedulerv1.WatchRequest
	if err := stream.RecvMsg(&asked); err != nil {
		return err
	}
	s := impossible(asked.GetCursor(), 1)
	if s == nil {
		return nil
	}
	return stream.SendMsg(&schedulerv1.WatchResponse{Message: &schedulerv1.WatchResponse_Event{Event: &schedulerv1.Event{Status: s, Cursor: "1"}}})
}

// impossible is what the driver tells of a job of so many tasks; nil: nothing.
func impossible(token string, tasks int64) *schedulerv1.Status {
	s := &schedulerv1.Status{Id: "1", Token: token, State: schedulerv1.State_STATE_RUNNING}
	switch token {
	case NegativeTask:
		s.Task = -1
	case NegativeMany:
		s.Count = -1
	case BeyondJob:
		s.Task, s.Count = 1, tasks
	case Overflow:
		s.Task, s.Count = 1, math.MaxInt64
	case LongID:
		s.Id = strings.Repeat("x", 1<<20)
	case Stranger:
		s.Token = "nobody's"
	default:
		return nil
	}
	return s
}

// gigabyte is the command to which the driver in mode [Bulky] answers with a message of that size.
const gigabyte = "gigabyte"

// bulky writes messages that no memory holds.
type bulky struct{ encoding.CodecV2 }

func (b bulky) Marshal(v any) (mem.BufferSlice, error) {
	r, ok := v.(*pluginv1.ValidateResponse)
	if !ok || r.GetDiagnostics()[0].GetSummary() != gigabyte {
		return b.CodecV2.Marshal(v)
	}
	whole := make(mem.BufferSlice, 1024)
	for i, part := 0, make([]byte, 1<<20); i < len(whole); i++ {
		whole[i] = mem.SliceBuffer(part)
	}
	return whole, nil
}

// options are what a mode adds to a server.
func options(m Mode) []grpc.ServerOption {
	o := []grpc.ServerOption{grpc.UnknownServiceHandler(anyService)}
	if m == Bulky {
		o = append(o, grpc.MaxSendMsgSize(math.MaxInt32), grpc.ForceServerCodecV2(bulky{encoding.GetCodecV2(proto.Name)}))
	}
	return o
}
