package serve

import (
	"bufio"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type logsServer struct {
	schedulerv1.UnimplementedLogsServer
	instances *instances
}

func (s *logsServer) Tail(req *schedulerv1.TailRequest, stream grpc.ServerStreamingServer[schedulerv1.TailResponse]) error {
	i, ctx, done, err := s.instances.endless(stream.Context(), req.GetInstance())
	if err != nil {
		return err
	}
	defer done()
	streamer, err := supports[scheduler.LogStreamer](i)
	if err != nil {
		return err
	}
	which, ok := wire.StreamFromProto(req.GetStream())
	if !ok || req.GetOffset() < 0 || req.GetTask() < 0 {
		return fault.By(fault.Host, fault.Invalid.New("stream %v, offset %d, task %d: not a place in a task's output", req.GetStream(), req.GetOffset(), req.GetTask()))
	}
	return i.ended(streamer.Logs(ctx, wire.RefFromProto(req.GetJob()), scheduler.LogOptions{
		Task: int(req.GetTask()), Stream: which, Offset: req.GetOffset(), Follow: req.GetFollow(),
	}, chunks(func(b []byte) error { return stream.Send(&schedulerv1.TailResponse{Chunk: b}) })))
}

// chunks is a writer that cuts what it gets into messages of the right size. It keeps nothing back: what follows a running task must be seen at once.
type chunks func([]byte) error

func (send chunks) Write(b []byte) (n int, err error) {
	for n < len(b) {
		end := min(n+wire.ChunkSize, len(b))
		if err := send(b[n:end]); err != nil {
			return n, err
		}
		n = end
	}
	return n, nil
}

// whole gathers small writes into full chunks; the caller flushes it.
func (send chunks) whole() *bufio.Writer { return bufio.NewWriterSize(send, wire.ChunkSize) }
