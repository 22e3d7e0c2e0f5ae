package drivertest

import (
	"bytes"
	"context"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func logChecks() []check {
	return group("logs", serviceLogs, "scheduler.LogStreamer; scheduler.proto, service Logs",
		of("all-of-it", "Tail gives all that a task that has ended wrote to its standard output.", "", "Send the whole file, also when it ends without a line end.", logsAll),
		of("error-apart", "Standard error is a stream of its own.", "scheduler.LogOptions, Stream", "Keep the two outputs in two files.", logsErrorApart),
		of("any-bytes", "What a task writes arrives to the byte: NULs, bytes that are no UTF-8, no line ends.", "", "Send bytes; never decode them.", logsAnyBytes),
		of("from-an-offset", "Tail begins at the byte that is asked for, and at the end or beyond it gives nothing and no error.", "scheduler.LogOptions, Offset",
			"Seek, and treat what lies beyond the end as nothing yet.", logsFromOffset),
		of("follows", "With follow, what a task writes comes while it runs, and the stream ends when the task has ended and all is sent.", "scheduler.LogOptions, Follow",
			"Look for more until the task has ended; look whether it has ended before you read for the last time.", logsFollow),
		of("before-it-began", "Of a task that has not begun Tail without follow gives nothing, and no error.", "", "Treat a missing file of a known job as an empty one.", logsBeforeBegin),
		of("large", "Two megabytes arrive whole, in messages of at most 256 KiB.", "", "Send chunks of at most 256 KiB.", logsLarge),
		of("of-one-task", "Tail of task i of an array gives what that task wrote.", "scheduler.LogOptions, Task", "Keep each task's output apart.", logsOfTask),
		of("of-nobody", "Tail of a job that nobody knows is NOT_FOUND.", "", "Answer NOT_FOUND for an unknown job; the host can tell that from an empty output.", logsOfNobody),
		of("refuses-no-stream", "Tail of a stream that there is not, or from a negative offset, is INVALID.", "scheduler.proto, message TailRequest", "Refuse LOG_STREAM_UNSPECIFIED and negative numbers; Go's SDK does.", logsRefuseNoStream),
	)
}

// wrote submits a job, waits for its end and gives what one of its tasks wrote.
func (t *trial) wrote(ctx context.Context, job *schedulerv1.Job, q *schedulerv1.TailRequest) ([]byte, error) {
	ref, err := t.submit(ctx, job)
	if err != nil {
		return nil, err
	}
	if _, err := t.ended(ctx, ref); err != nil {
		return nil, err
	}
	q.Job = ref
	return t.tailed(ctx, t.subject, q)
}

func (t *trial) tailed(ctx context.Context, s *subject, q *schedulerv1.TailRequest) ([]byte, error) {
	out, err := s.tail(ctx, q)
	if err != nil {
		return out, saw("Tail: %w", &callError{err})
	}
	return out, nil
}

func wantBytes(got []byte, err error, want string) error {
	if err != nil {
		return err
	}
	if string(got) != want {
		return saw("%d bytes came, %.200q, in place of %d, %.200q", len(got), got, len(want), want)
	}
	return nil
}

func logsAll(ctx context.Context, t *trial) error {
	got, err := t.wrote(ctx, t.shell(`echo one; printf two`), &schedulerv1.TailRequest{})
	return wantBytes(got, err, "one\ntwo")
}

func logsErrorApart(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell(`echo out; echo err >&2`))
	if err != nil {
		return err
	}
	if _, err := t.ended(ctx, ref); err != nil {
		return err
	}
	got, err := t.tailed(ctx, t.subject, &schedulerv1.TailRequest{Job: ref})
	if err := wantBytes(got, err, "out\n"); err != nil {
		return saw("standard output: %w", err)
	}
	got, err = t.tailed(ctx, t.subject, &schedulerv1.TailRequest{Job: ref, Stream: schedulerv1.LogStream_LOG_STREAM_STDERR})
	if err := wantBytes(got, err, "err\n"); err != nil {
		return saw("standard error: %w", err)
	}
	return nil
}

func logsAnyBytes(ctx context.Context, t *trial) error {
	got, err := t.wrote(ctx, t.shell(`printf '\000\001\377\376\r\n\r\303('`), &schedulerv1.TailRequest{})
	return wantBytes(got, err, "\x00\x01\xff\xfe\r\n\r\xc3(")
}

func logsFromOffset(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell(`printf 0123456789`))
	if err != nil {
		return err
	}
	if _, err := t.ended(ctx, ref); err != nil {
		return err
	}
	for _, c := range []struct {
		offset int64
		follow bool
		want   string
	}{{4, false, "456789"}, {10, false, ""}, {1000, false, ""}, {7, true, "789"}} {
		got, err := t.tailed(ctx, t.subject, &schedulerv1.TailRequest{Job: ref, Offset: c.offset, Follow: c.follow})
		if err := wantBytes(got, err, c.want); err != nil {
			return saw("from byte %d of 10 on, follow %v: %w", c.offset, c.follow, err)
		}
	}
	return nil
}

// follows sees that output of a task that goes on comes at all: one that ends would show it in the end whatever the driver does.
func (t *trial) follows(ctx context.Context) error {
	ref, err := t.submit(ctx, t.shell(`echo first; sleep 3600`))
	if err != nil {
		return err
	}
	if err := t.running(ctx, ref); err != nil {
		return err
	}
	ctx, cancel := t.suite.patient(ctx)
	defer cancel()
	stream, err := t.tailing(ctx, &schedulerv1.TailRequest{Job: ref, Follow: true})
	if err != nil {
		return saw("Tail: %s", said(err))
	}
	var got []byte
	for string(got) != "first\n" {
		m, err := stream.Recv()
		if err != nil {
			return saw("a task has written \"first\\n\" and goes on; %q came, and then %s", got, said(err))
		}
		got = append(got, m.GetChunk()...)
	}
	return nil
}

func logsFollow(ctx context.Context, t *trial) error {
	if err := t.follows(ctx); err != nil {
		return err
	}
	ref, err := t.submit(ctx, t.shell(`echo first; sleep 2; printf last`))
	if err != nil {
		return err
	}
	got, err := t.tailed(ctx, t.subject, &schedulerv1.TailRequest{Job: ref, Follow: true})
	if err := wantBytes(got, err, "first\nlast"); err != nil {
		return err
	}
	now, err := t.ended(ctx, ref)
	if err == nil && !now.all(schedulerv1.State_STATE_SUCCEEDED) {
		return saw("the job came to %s", now.show())
	}
	return err
}

func logsBeforeBegin(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.long())
	if err != nil {
		return err
	}
	got, err := t.tailed(ctx, t.subject, &schedulerv1.TailRequest{Job: ref})
	return wantBytes(got, err, "")
}

func logsLarge(ctx context.Context, t *trial) error {
	const size = 2 << 20
	got, err := t.wrote(ctx, t.shell(`head -c 2097152 /dev/zero | tr '\0' x`), &schedulerv1.TailRequest{})
	if err != nil {
		return err
	}
	if !bytes.Equal(got, bytes.Repeat([]byte("x"), size)) {
		return saw("a task wrote %d bytes, and %d came", size, len(got))
	}
	return nil
}

func logsOfTask(ctx context.Context, t *trial) error {
	got, err := t.wrote(ctx, array(t.shell(`echo task $OCEANID_TASK_INDEX`), 3), &schedulerv1.TailRequest{Task: 2})
	return wantBytes(got, err, "task 2\n")
}

func logsOfNobody(ctx context.Context, t *trial) error {
	_, err := t.tail(ctx, &schedulerv1.TailRequest{Job: t.stranger()})
	if kindOf(err) != fault.NotFound {
		return saw("Tail gave %s instead of %s", orNothing(err), fault.NotFound)
	}
	return nil
}

func logsRefuseNoStream(ctx context.Context, t *trial) error {
	ref, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return err
	}
	for what, q := range map[string]*schedulerv1.TailRequest{
		"stream 7":  {Job: ref, Stream: 7},
		"offset -1": {Job: ref, Offset: -1},
	} {
		if _, err := t.tail(ctx, q); kindOf(err) != fault.Invalid {
			return saw("%s: Tail gave %s instead of %s", what, orNothing(err), fault.Invalid)
		}
	}
	return nil
}
