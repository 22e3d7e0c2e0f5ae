package serve

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

type uploadsServer struct {
	schedulerv1.UnimplementedUploadsServer
	instances *instances
}

func (s *uploadsServer) Upload(stream grpc.ClientStreamingServer[schedulerv1.UploadRequest, schedulerv1.UploadResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	header := first.GetHeader()
	i, done, err := s.instances.use(header.GetInstance())
	if err != nil {
		return err
	}
	defer done()
	uploader, err := supports[scheduler.Uploader](i)
	if err != nil {
		return err
	}
	input := wire.InputFromProto(header.GetInput())
	if err := input.Check(); err != nil {
		return fault.By(fault.Host, err)
	}
	if err := hasToken(header.GetToken()); err != nil {
		return err
	}
	content := &upload{stream: stream, input: input, left: input.Size, sum: sha256.New()}
	if err := uploader.Upload(stream.Context(), header.GetToken(), input, content); err != nil {
		return err
	}
	if !content.ended {
		return fault.By(fault.Driver, fault.Internal.New("the driver did not read input %q to its end", input.Name))
	}
	return stream.SendAndClose(&schedulerv1.UploadResponse{})
}

// upload reads the chunks of one input, and lets them end with io.EOF only when size and digest are what the header said.
type upload struct {
	stream grpc.ClientStreamingServer[schedulerv1.UploadRequest, schedulerv1.UploadResponse]
	input  scheduler.Input
	rest   []byte
	left   int64
	sum    interface {
		io.Writer
		Sum([]byte) []byte
	}
	ended bool
}

func (u *upload) Read(b []byte) (int, error) {
	for len(u.rest) == 0 {
		message, err := u.stream.Recv()
		if err == io.EOF {
			return 0, u.finish()
		}
		if err != nil {
			return 0, err
		}
		u.rest = message.GetChunk()
		if u.left -= int64(len(u.rest)); u.left < 0 {
			return 0, fault.By(fault.Host, fault.Invalid.New("input %q: longer than its %d bytes", u.input.Name, u.input.Size))
		}
	}
	n := copy(b, u.rest)
	u.sum.Write(u.rest[:n])
	u.rest = u.rest[n:]
	return n, nil
}

func (u *upload) finish() error {
	if got := hex.EncodeToString(u.sum.Sum(nil)); u.left != 0 || got != u.input.SHA256 {
		return fault.By(fault.Host, fault.Invalid.New("input %q: arrived with %d bytes missing and digest %s, not %s", u.input.Name, u.left, got, u.input.SHA256))
	}
	u.ended = true
	return io.EOF
}

type downloadsServer struct {
	schedulerv1.UnimplementedDownloadsServer
	instances *instances
}

func (s *downloadsServer) Download(req *schedulerv1.DownloadRequest, stream grpc.ServerStreamingServer[schedulerv1.DownloadResponse]) error {
	i, done, err := s.instances.use(req.GetInstance())
	if err != nil {
		return err
	}
	defer done()
	downloader, err := supports[scheduler.Downloader](i)
	if err != nil {
		return err
	}
	var q scheduler.FileQuery
	for _, t := range req.GetTasks() {
		q.Tasks = append(q.Tasks, int(t))
	}
	q.Paths = req.GetPaths()
	return downloader.Download(stream.Context(), wire.RefFromProto(req.GetJob()), q, func(f scheduler.File, content io.Reader) error {
		return sendFile(stream, f, content)
	})
}

func sendFile(stream grpc.ServerStreamingServer[schedulerv1.DownloadResponse], f scheduler.File, content io.Reader) error {
	if !fs.ValidPath(f.Path) || f.Path == "." || wire.Text(f.Path) != f.Path {
		return fault.By(fault.Driver, fault.Internal.New("the driver told a result file %q, which is not a path inside the task's directory", f.Path))
	}
	if err := stream.Send(&schedulerv1.DownloadResponse{Message: &schedulerv1.DownloadResponse_Header{Header: wire.FileToProto(f)}}); err != nil {
		return err
	}
	sum := sha256.New()
	whole := chunks(func(b []byte) error {
		return stream.Send(&schedulerv1.DownloadResponse{Message: &schedulerv1.DownloadResponse_Chunk{Chunk: b}})
	}).whole()
	if _, err := io.Copy(io.MultiWriter(sum, whole), content); err != nil {
		return err
	}
	if err := whole.Flush(); err != nil {
		return err
	}
	return stream.Send(&schedulerv1.DownloadResponse{Message: &schedulerv1.DownloadResponse_Trailer{
		Trailer: &schedulerv1.FileTrailer{Sha256: hex.EncodeToString(sum.Sum(nil))},
	}})
}
