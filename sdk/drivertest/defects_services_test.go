package drivertest_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// instanceOf is the instance that a request names; nil: none.
func instanceOf(m any) *pluginv1.Instance {
	if u, ok := m.(*schedulerv1.UploadRequest); ok {
		return u.GetHeader().GetInstance()
	}
	if r, ok := m.(interface{ GetInstance() *pluginv1.Instance }); ok {
		return r.GetInstance()
	}
	return nil
}

func serviceDefects() map[string]defect {
	return map[string]defect{
		"sends no heartbeat": {out: func(_ string, m any) bool {
			w, ok := m.(*schedulerv1.WatchResponse)
			return !ok || w.GetHeartbeat() == nil
		}},
		"drops events": {out: func(_ string, m any) bool {
			w, ok := m.(*schedulerv1.WatchResponse)
			return !ok || w.GetEvent().GetStatus().GetState() != schedulerv1.State_STATE_RUNNING
		}},
		"goes on from now": {driver: func(d *poolDriver) scheduler.Driver { return &forgetful{d} }},
		"takes no garbage": {driver: func(d *poolDriver) scheduler.Driver { return &picky{d} }},
		"makes long cursors": {out: func(_ string, m any) bool {
			if w, ok := m.(*schedulerv1.WatchResponse); ok && w.GetEvent() != nil {
				w.GetEvent().Cursor = strings.Repeat("0", 5000) + w.GetEvent().GetCursor()
			}
			return true
		}},
		"ignores the offset of a log": {in: tailing(func(r *schedulerv1.TailRequest) { r.Offset = min(r.GetOffset(), 0) })},
		"mixes both outputs": {in: tailing(func(r *schedulerv1.TailRequest) {
			if r.GetStream() == schedulerv1.LogStream_LOG_STREAM_STDERR {
				r.Stream = schedulerv1.LogStream_LOG_STREAM_STDOUT
			}
		})},
		"follows no log": {in: tailing(func(r *schedulerv1.TailRequest) { r.Follow = false })},
		"decodes logs": {out: func(_ string, m any) bool {
			if r, ok := m.(*schedulerv1.TailResponse); ok {
				r.Chunk = []byte(strings.ToValidUTF8(string(r.GetChunk()), "?"))
			}
			return true
		}},
		"shows the first task's log": {in: tailing(func(r *schedulerv1.TailRequest) { r.Task = 0 })},
		"loses the mode of inputs": {in: submitted(func(j *schedulerv1.Job) {
			for _, in := range j.GetInputs() {
				in.Mode = 0o644
			}
		})},
		"keeps the first of two uploads": {driver: func(d *poolDriver) scheduler.Driver { return &stubborn{d} }},
		"ignores standard input":         {in: submitted(func(j *schedulerv1.Job) { j.Stdin = "" })},
		"sends another digest": {out: func(_ string, m any) bool {
			if r, ok := m.(*schedulerv1.DownloadResponse); ok && r.GetTrailer() != nil {
				r.GetTrailer().Sha256 = strings.Repeat("0", 64)
			}
			return true
		}},
		"loses the mode of results": {out: func(_ string, m any) bool {
			if r, ok := m.(*schedulerv1.DownloadResponse); ok && r.GetHeader() != nil {
				r.GetHeader().Mode = 0o644
			}
			return true
		}},
		"sends all tasks' files": {in: func(_ string, m any) {
			if r, ok := m.(*schedulerv1.DownloadRequest); ok {
				r.Tasks = nil
			}
		}},
		"says nothing of links": {driver: func(d *poolDriver) scheduler.Driver { return &silent{d} }},
		"holds nothing":         {driver: func(d *poolDriver) scheduler.Driver { return &restless{d} }},
		"ignores the order of nodes": {in: func(_ string, m any) {
			if r, ok := m.(*schedulerv1.SubmitWorkflowRequest); ok {
				for _, n := range r.GetWorkflow().GetNodes() {
					if n.GetJob().GetToken() != "" {
						n.After = knownOnly(n.GetAfter())
					}
				}
			}
		}},
		"does not name the node": {out: statuses(func(s *schedulerv1.Status) {
			if strings.HasPrefix(s.GetReason(), "node ") {
				s.Reason = "an earlier one did not succeed"
			}
		})},
		"takes no workflows":          {driver: func(d *poolDriver) scheduler.Driver { return &engineless{d, false} }},
		"takes workflows and says no": {driver: func(d *poolDriver) scheduler.Driver { return &engineless{d, true} }},
		"takes no workflows, and not why": {end: func(_ context.Context, method string, err error) error {
			if err == nil && strings.HasSuffix(method, "/SubmitWorkflow") {
				return status.Error(codes.Unimplemented, "unknown method SubmitWorkflow")
			}
			return err
		}},
		"reports no steps": {driver: func(d *poolDriver) scheduler.Driver { return &mute{d} }},
	}
}

// knownOnly leaves the mistakes that are to be refused.
func knownOnly(after []string) []string {
	if len(after) == 1 && (after[0] == "a" || after[0] == "b") {
		return after
	}
	return nil
}

func tailing(change func(*schedulerv1.TailRequest)) func(string, any) {
	return func(_ string, m any) {
		if r, ok := m.(*schedulerv1.TailRequest); ok {
			change(r)
		}
	}
}

// forgetful begins to watch from now where it is given a cursor.
type forgetful struct{ *poolDriver }

func (d *forgetful) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	if from == "" {
		return d.poolDriver.Watch(ctx, from, yield)
	}
	var count int
	if err := d.ask(ctx, "Count", struct{}{}, &count); err != nil {
		return err
	}
	return d.poolDriver.Watch(ctx, cursorOf(count), yield)
}

// picky refuses cursors that it does not know, for ever.
type picky struct{ *poolDriver }

func (d *picky) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	return d.poolDriver.Watch(ctx, from, func(e scheduler.Event) error {
		if e.Reset != "" {
			return fault.Invalid.New("cursor: %s", e.Reset)
		}
		return yield(e)
	})
}

// stubborn keeps what was uploaded first.
type stubborn struct{ *poolDriver }

func (d *stubborn) Upload(ctx context.Context, token string, in scheduler.Input, r io.Reader) error {
	if _, err := os.Stat(filepath.Join(uploads(d.dir(), token), in.Name)); err == nil {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	return d.poolDriver.Upload(ctx, token, in, r)
}

// silent says nothing of what is no regular file.
type silent struct{ *poolDriver }

func (d *silent) Download(ctx context.Context, ref scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	err := d.poolDriver.Download(ctx, ref, q, yield)
	if errors.Is(err, fault.Invalid) {
		return nil
	}
	return err
}

// restless holds nothing.
type restless struct{ *poolDriver }

func (d *restless) Hold(context.Context, []scheduler.Ref) error { return nil }

// engineless refuses every workflow, which the pool may have by then.
type engineless struct {
	*poolDriver
	late bool
}

func (d *engineless) SubmitWorkflow(ctx context.Context, w scheduler.Workflow) (scheduler.ID, error) {
	if d.late {
		if _, err := d.poolDriver.SubmitWorkflow(ctx, w); err != nil {
			return "", err
		}
	}
	return "", fault.Unsupported.New("workflows: this pool has no engine for them; submit their jobs one by one")
}

// mute probes without a word.
type mute struct{ *poolDriver }

func (d *mute) Probe(ctx context.Context, _ func(scheduler.Check)) error {
	return d.poolDriver.Probe(ctx, func(scheduler.Check) {})
}
