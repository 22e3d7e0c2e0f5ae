package drivertest

import (
	"bytes"
	"context"
	"io"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// The services that a driver may serve.
const (
	serviceEvents    = "oceanid.scheduler.v1.Events"
	serviceHolds     = "oceanid.scheduler.v1.Holds"
	serviceWorkflows = "oceanid.scheduler.v1.Workflows"
	serviceLogs      = "oceanid.scheduler.v1.Logs"
	serviceUploads   = "oceanid.scheduler.v1.Uploads"
	serviceDownloads = "oceanid.scheduler.v1.Downloads"
	serviceProbes    = "oceanid.scheduler.v1.Probes"

	serviceBatches      = "oceanid.scheduler.v1.Batches"
	serviceSuspends     = "oceanid.scheduler.v1.Suspends"
	serviceRemovals     = "oceanid.scheduler.v1.Removals"
	serviceFinds        = "oceanid.scheduler.v1.Finds"
	serviceExplanations = "oceanid.scheduler.v1.Explanations"
	serviceInspections  = "oceanid.scheduler.v1.Inspections"
)

func (s *subject) watch(ctx context.Context, cursor string) (grpc.ServerStreamingClient[schedulerv1.WatchResponse], error) {
	return schedulerv1.NewEventsClient(s.conn()).Watch(ctx, &schedulerv1.WatchRequest{Instance: s.instance, Cursor: cursor})
}

func (s *subject) hold(ctx context.Context, refs ...*schedulerv1.JobRef) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	_, err := schedulerv1.NewHoldsClient(s.conn()).Hold(ctx, &schedulerv1.HoldRequest{Instance: s.instance, Jobs: refs})
	return err
}

func (s *subject) release(ctx context.Context, refs ...*schedulerv1.JobRef) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	_, err := schedulerv1.NewHoldsClient(s.conn()).Release(ctx, &schedulerv1.ReleaseRequest{Instance: s.instance, Jobs: refs})
	return err
}

func (s *subject) submitWorkflow(ctx context.Context, w *schedulerv1.Workflow) (string, error) {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	answer, err := schedulerv1.NewWorkflowsClient(s.conn()).SubmitWorkflow(ctx, &schedulerv1.SubmitWorkflowRequest{Instance: s.instance, Workflow: w})
	return answer.GetId(), err
}

// tail reads a task's output to the end of the stream.
func (s *subject) tail(ctx context.Context, q *schedulerv1.TailRequest) ([]byte, error) {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	stream, err := s.tailing(ctx, q)
	if err != nil {
		return nil, err
	}
	var all []byte
	for {
		m, err := stream.Recv()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, m.GetChunk()...)
	}
}

func (s *subject) tailing(ctx context.Context, q *schedulerv1.TailRequest) (grpc.ServerStreamingClient[schedulerv1.TailResponse], error) {
	q.Instance = s.instance
	if q.GetStream() == schedulerv1.LogStream_LOG_STREAM_UNSPECIFIED {
		q.Stream = schedulerv1.LogStream_LOG_STREAM_STDOUT
	}
	return schedulerv1.NewLogsClient(s.conn()).Tail(ctx, q)
}

// chunkSize is what the suite sends at once, as a host does.
const chunkSize = 256 << 10

// upload sends one input: what is described, and what really comes.
func (s *subject) upload(ctx context.Context, token string, in *schedulerv1.Input, content []byte) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	stream, err := schedulerv1.NewUploadsClient(s.conn()).Upload(ctx)
	if err != nil {
		return err
	}
	header := &schedulerv1.UploadHeader{Instance: s.instance, Token: token, Input: in}
	err = stream.Send(&schedulerv1.UploadRequest{Message: &schedulerv1.UploadRequest_Header{Header: header}})
	for len(content) > 0 && err == nil {
		n := min(chunkSize, len(content))
		err = stream.Send(&schedulerv1.UploadRequest{Message: &schedulerv1.UploadRequest_Chunk{Chunk: content[:n]}})
		content = content[n:]
	}
	if err != nil && err != io.EOF {
		return err
	}
	// What a driver that has stopped reading says comes here.
	_, err = stream.CloseAndRecv()
	return err
}

// result is one file that came back.
type result struct {
	*schedulerv1.File
	content []byte
}

// download reads all files; err is how the stream ended, which need not keep files from coming before. problem is what is wrong with the stream itself.
func (s *subject) download(ctx context.Context, q *schedulerv1.DownloadRequest) (files []result, problem, err error) {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	q.Instance = s.instance
	stream, err := schedulerv1.NewDownloadsClient(s.conn()).Download(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	open := false
	for {
		m, err := stream.Recv()
		if err == io.EOF && open {
			return files, saw("the stream ended within a file"), nil
		}
		if err == io.EOF {
			return files, nil, nil
		}
		if err != nil {
			return files, nil, err
		}
		switch part := m.GetMessage().(type) {
		case *schedulerv1.DownloadResponse_Header:
			if open {
				return files, saw("a header came before the trailer of the file before"), nil
			}
			open = true
			files = append(files, result{File: part.Header})
		case *schedulerv1.DownloadResponse_Chunk:
			if !open || len(part.Chunk) > chunkSize {
				return files, saw("a chunk of %d bytes came; it must come between header and trailer and have at most %d", len(part.Chunk), chunkSize), nil
			}
			last := &files[len(files)-1]
			last.content = append(last.content, part.Chunk...)
		case *schedulerv1.DownloadResponse_Trailer:
			if !open {
				return files, saw("a trailer came without a header"), nil
			}
			open = false
			last := files[len(files)-1]
			if part.Trailer.GetSha256() != digest(last.content) {
				return files, saw("%s: the trailer's digest is %q, the content's %s", last.GetPath(), part.Trailer.GetSha256(), digest(last.content)), nil
			}
			if last.GetSize() != int64(len(last.content)) {
				return files, saw("%s: the header says %d bytes, and %d came", last.GetPath(), last.GetSize(), len(last.content)), nil
			}
		}
	}
}

// probe gives the steps that were reported.
func (s *subject) probe(ctx context.Context) ([]*schedulerv1.Check, error) {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	stream, err := schedulerv1.NewProbesClient(s.conn()).Probe(ctx, &schedulerv1.ProbeRequest{Instance: s.instance})
	if err != nil {
		return nil, err
	}
	var steps []*schedulerv1.Check
	for {
		m, err := stream.Recv()
		if err == io.EOF {
			return steps, nil
		}
		if err != nil {
			return steps, err
		}
		steps = append(steps, m.GetCheck())
	}
}

// find is the file of a task among those that came back; nil: there is none.
func find(files []result, task int64, path string) *result {
	for i := range files {
		if files[i].GetTask() == task && files[i].GetPath() == path {
			return &files[i]
		}
	}
	return nil
}

func (r *result) is(content []byte) bool { return r != nil && bytes.Equal(r.content, content) }
