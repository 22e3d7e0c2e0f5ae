package call

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"io/fs"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// patience is how long a driver may take for the next part of a file before it counts as hung. It is long: a pool may have to pack results first, or
// to bring a part to the other end of the world.
const patience = 10 * time.Minute

// standstill gives a call up, as fault.Timeout, when what it is given to do takes too long. What is not done by it is not the driver's time.
type standstill struct {
	timer    *time.Timer
	patience time.Duration
}

func (s *Scheduler) standstill(giveUp context.CancelCauseFunc) standstill {
	timer := time.AfterFunc(s.patience, func() {
		giveUp(fault.By(fault.Driver, fault.Timeout.New("the driver moved nothing for %v", s.patience)))
	})
	timer.Stop()
	return standstill{timer, s.patience}
}

func (s standstill) bounds(do func() error) error {
	s.timer.Reset(s.patience)
	defer s.timer.Stop()
	return do()
}

// Upload stages one input. open gives its content from the start, once for each attempt. A driver that takes nothing for minutes is fault.Timeout.
func (s *Scheduler) Upload(ctx context.Context, token string, in scheduler.Input, open func() (io.ReadCloser, error)) error {
	if err := s.need(Uploads, "take input files"); err != nil {
		return err
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	still := s.standstill(giveUp)
	return s.do(ctx, verb{name: "Upload", op: "upload " + in.Name, class: transfers}, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		content, err := open()
		if err != nil {
			return err
		}
		defer content.Close()
		var stream grpc.ClientStreamingClient[schedulerv1.UploadRequest, schedulerv1.UploadResponse]
		err = still.bounds(func() (err error) { stream, err = schedulerv1.NewUploadsClient(conn).Upload(ctx); return err })
		if err != nil {
			return err
		}
		send := func(m *schedulerv1.UploadRequest) error { return still.bounds(func() error { return stream.Send(m) }) }
		header := &schedulerv1.UploadHeader{Instance: i.ref(), Token: token, Input: wire.InputToProto(in)}
		err = send(&schedulerv1.UploadRequest{Message: &schedulerv1.UploadRequest_Header{Header: header}})
		for chunk := make([]byte, wire.ChunkSize); err == nil; {
			var n int
			if n, err = io.ReadFull(content, chunk); n > 0 {
				// The message is on its way when Send returns, but its bytes may not be copied yet.
				part := append([]byte(nil), chunk[:n]...)
				if sent := send(&schedulerv1.UploadRequest{Message: &schedulerv1.UploadRequest_Chunk{Chunk: part}}); sent != nil {
					err = sent
				}
			}
		}
		// io.EOF is either the content's end or the driver's refusal, which CloseAndRecv tells.
		if err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		return still.bounds(func() error { _, err := stream.CloseAndRecv(); return err })
	})
}

// Download yields the files that a job left, each with a reader that checks the digest at its end, and an error about a file that is not one
// after all the rest. A driver that sends nothing for minutes is fault.Timeout.
func (s *Scheduler) Download(ctx context.Context, job scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	if err := s.need(Downloads, "bring results back"); err != nil {
		return err
	}
	req := &schedulerv1.DownloadRequest{Job: wire.RefToProto(job), Paths: q.Paths}
	for _, t := range q.Tasks {
		req.Tasks = append(req.Tasks, int64(t))
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	still := s.standstill(giveUp)
	var yielded atomic.Bool
	// What the caller has is of no use with another process, which begins anew: the one that sends it may end it.
	v := verb{name: "Download", op: "download", class: transfers, repeat: func() bool { return !yielded.Load() }, stays: yielded.Load}
	return s.do(ctx, v, func(ctx context.Context, conn grpc.ClientConnInterface, i Instance) error {
		req.Instance = i.ref()
		var stream grpc.ServerStreamingClient[schedulerv1.DownloadResponse]
		err := still.bounds(func() (err error) { stream, err = schedulerv1.NewDownloadsClient(conn).Download(ctx, req); return err })
		if err != nil {
			return err
		}
		receive := func() (m *schedulerv1.DownloadResponse, err error) {
			err = still.bounds(func() error { m, err = stream.Recv(); return err })
			return m, err
		}
		for {
			message, err := receive()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			header := message.GetHeader()
			if header == nil {
				return fault.By(fault.Driver, fault.Internal.New("the driver sent a part of a file without its header"))
			}
			file := wire.FileFromProto(header)
			if !fs.ValidPath(file.Path) || file.Path == "." || file.Task < 0 || file.Task >= max(job.Tasks, 1) {
				return fault.By(fault.Driver, fault.Internal.New("the driver sent a file %q of task %d, which cannot be one of the job's", file.Path, file.Task))
			}
			yielded.Store(true)
			content := &download{receive: receive, sum: sha256.New()}
			if err := yield(file, content); err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, content); err != nil {
				return err
			}
		}
	})
}

// download reads one file off the stream, up to its trailer.
type download struct {
	receive func() (*schedulerv1.DownloadResponse, error)
	sum     hash.Hash
	rest    []byte
	ended   bool
}

func (d *download) Read(b []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.ended {
			return 0, io.EOF
		}
		message, err := d.receive()
		if err == io.EOF {
			return 0, io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		if t := message.GetTrailer(); t != nil {
			if got := hex.EncodeToString(d.sum.Sum(nil)); got != t.GetSha256() {
				return 0, fault.By(fault.Driver, fault.Internal.New("the file arrived with digest %s, not %s", got, t.GetSha256()))
			}
			d.ended = true
			return 0, io.EOF
		}
		if message.GetHeader() != nil {
			return 0, fault.By(fault.Driver, fault.Internal.New("the driver began a file before the last one's end"))
		}
		d.rest = message.GetChunk()
	}
	n := copy(b, d.rest)
	d.sum.Write(d.rest[:n])
	d.rest = d.rest[n:]
	return n, nil
}
