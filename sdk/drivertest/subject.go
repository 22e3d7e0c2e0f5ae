package drivertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"

	"google.golang.org/grpc"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// subject is one process of the driver, with one configured instance. What it asks it asks over the wire, and it shows answers as they come.
type subject struct {
	suite    *suite
	process  *launch.Process
	instance *pluginv1.Instance
	// killed tells that it was the suite that ended the process.
	killed atomic.Bool
}

func (s *subject) conn() grpc.ClientConnInterface { return calls{s.process.Conn()} }

func (s *subject) plugin() pluginv1.PluginClient { return pluginv1.NewPluginClient(s.conn()) }

func (s *subject) scheduler() schedulerv1.SchedulerClient {
	return schedulerv1.NewSchedulerClient(s.conn())
}

func (s *subject) describe(ctx context.Context) (*pluginv1.DescribeResponse, error) {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	return s.plugin().Describe(ctx, &pluginv1.DescribeRequest{})
}

// configure makes the process know the subject's instance, with the configuration to test with.
func (s *subject) configure(ctx context.Context) error {
	found, err := s.configureWith(ctx, s.suite.config)
	if err != nil {
		return errors.New(said(err))
	}
	for _, d := range found {
		if d.GetSeverity() != pluginv1.Diagnostic_SEVERITY_WARNING {
			return fmt.Errorf("%s%s", place(d), d.GetSummary())
		}
	}
	return nil
}

func (s *subject) configureWith(ctx context.Context, config []byte) ([]*pluginv1.Diagnostic, error) {
	folder := filepath.Join(s.suite.place, s.instance.GetId())
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	answer, err := s.plugin().Configure(ctx, &pluginv1.ConfigureRequest{
		Instance: s.instance, Name: s.instance.GetId(), ConfigJson: config, Directory: folder,
	})
	return answer.GetDiagnostics(), err
}

// place is where in a configuration a diagnostic points, for people.
func place(d *pluginv1.Diagnostic) string {
	var words []string
	for _, step := range d.GetPath() {
		switch v := step.GetStep().(type) {
		case *pluginv1.Step_Attribute:
			words = append(words, v.Attribute)
		case *pluginv1.Step_Index:
			words = append(words, fmt.Sprint(v.Index))
		case *pluginv1.Step_Key:
			words = append(words, v.Key)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, ".") + ": "
}

// submit hands a job over and gives the reference to it, in any case one with its token.
func (s *subject) submit(ctx context.Context, job *schedulerv1.Job) (*schedulerv1.JobRef, error) {
	ref := refTo(job)
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	answer, err := s.scheduler().Submit(ctx, &schedulerv1.SubmitRequest{Instance: s.instance, Job: job})
	ref.Id = answer.GetId()
	return ref, err
}

// query gives all pages in one.
func (s *subject) query(ctx context.Context, refs ...*schedulerv1.JobRef) ([]*schedulerv1.Status, error) {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	stream, err := s.scheduler().Query(ctx, &schedulerv1.QueryRequest{Instance: s.instance, Jobs: refs})
	if err != nil {
		return nil, err
	}
	var all []*schedulerv1.Status
	for {
		page, err := stream.Recv()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, page.GetStatuses()...)
	}
}

func (s *subject) cancel(ctx context.Context, refs ...*schedulerv1.JobRef) error {
	ctx, cancel := s.suite.patient(ctx)
	defer cancel()
	_, err := s.scheduler().Cancel(ctx, &schedulerv1.CancelRequest{Instance: s.instance, Jobs: refs})
	return err
}

// signal sends a signal to the process and all of its group.
func (s *subject) signal(signal syscall.Signal) {
	// A process that has ended, and whose number is free, must not be meant.
	select {
	case <-s.process.Done():
	default:
		s.killed.Store(true)
		_ = syscall.Kill(-s.process.PID(), signal)
	}
}

// kill ends the process by force and waits until it is gone.
func (s *subject) kill() {
	s.signal(syscall.SIGKILL)
	<-s.process.Done()
}

// stop ends the process in good order, or by force when it does not let itself be ended.
func (s *subject) stop() {
	if err := s.process.Stop(context.Background()); err != nil {
		s.suite.o.Log.Warn("a process of the driver did not end in good order", "error", err)
	}
}
