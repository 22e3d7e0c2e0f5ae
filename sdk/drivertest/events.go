package drivertest

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

func eventChecks() []check {
	return group("events", serviceEvents, "scheduler.Watcher; scheduler.proto, service Events",
		of("heartbeat-first", "The first message of Watch is a heartbeat, also where nothing happens.", "",
			"Send a heartbeat before anything else; Go's SDK does.", heartbeatFirst),
		of("tells-a-whole-life", "Watch tells how a job waits, runs and ends, in that order, with its token, and with the end that Query tells.", "",
			"Tell each change as it happens, and nothing out of order.", tellsWholeLife),
		of("goes-on-from-each-cursor", "From the cursor of every event on, Watch tells all that came after it.", "scheduler.Event, Cursor; scheduler.proto, message WatchRequest",
			"Let the cursor say exactly where the event was; number or log your events.", goesOnFromEachCursor),
		of("goes-on-from-an-old-cursor", "A cursor from before other jobs began tells of all of them, or is answered with a reset.", "scheduler.proto, message Reset",
			"Keep events for a while, and send reset where they are gone.", goesOnFromOldCursor),
		of("cursor-outlives-the-process", "From a cursor that one process gave, the next one tells what happened while there was none, or sends a reset.", "scheduler.Cursor: it outlives the driver's process",
			"Keep events, or what they can be made of, at the pool or in the instance's folder; send reset where they are gone.", cursorOutlivesProcess),
		of("takes-a-garbage-cursor", "A cursor that the driver never made is answered with a reset, or with a replay from the oldest, and news follow.", "scheduler.Watcher; scheduler.proto, message Reset",
			"Send reset with a reason and a fresh cursor, and go on from now: the host would come back with the same cursor for ever.", takesGarbageCursor),
		of("short-cursors", "A cursor is at most 4 KiB long.", "scheduler.Cursor; scheduler.proto, message Event", "Put a place into the cursor, not a history.", shortCursors),
		of("two-watchers", "Two who watch at the same time are both told everything.", "",
			"Give each call of Watch a place of its own in your events.", twoWatchers),
		of("slow-consumer", "A watcher that does not read hinders nobody: jobs go on, and another watcher is told.", "",
			"Never hold a lock while you send; let each stream wait on its own.", slowConsumer),
		of("ends-with-its-caller", "A watcher that has gone away is gone in the driver too: Drain finds nothing left.", "scheduler.Watcher",
			"Return from Watch when the call's context is done.", endsWithItsCaller),
		of("ends-on-drain", "Drain ends Watch, which tells the host to come back: UNAVAILABLE, to be tried again.", "plugin.proto, rpc Drain",
			"End all streams in Drain before you wait for calls.", endsOnDrain),
	)
}

// follower reads a stream of events in the background, until the trial's context ends.
type follower struct {
	stream grpc.ServerStreamingClient[schedulerv1.WatchResponse]
	stop   context.CancelFunc
}

// follow begins to watch. Stop the follower.
func (s *subject) follow(ctx context.Context, cursor string) (*follower, error) {
	ctx, stop := context.WithCancel(ctx)
	stream, err := s.watch(ctx, cursor)
	if err != nil {
		stop()
		return nil, saw("Watch: %w", &callError{err})
	}
	return &follower{stream, stop}, nil
}

// next reads messages until one is wanted, for as long as patience allows between two that are news.
func (f *follower) next(s *subject, what string, wanted func(*schedulerv1.WatchResponse) bool) (*schedulerv1.WatchResponse, error) {
	late := time.AfterFunc(s.suite.o.Patience, f.stop)
	defer late.Stop()
	for {
		m, err := f.stream.Recv()
		if status.Code(err) == codes.Canceled && infoOf(err) == nil {
			return nil, saw("Watch did not tell %s, and nothing else for a patience of %v", what, s.suite.o.Patience)
		}
		if err != nil {
			return nil, saw("Watch ended before it told %s: %w", what, &callError{err})
		}
		if wanted(m) {
			return m, nil
		}
		// Heartbeats come for ever.
		if m.GetHeartbeat() == nil {
			late.Reset(s.suite.o.Patience)
		}
	}
}

// about gathers the events of a job until all its tasks have ended.
func (f *follower) about(s *subject, ref *schedulerv1.JobRef) ([]*schedulerv1.Event, error) {
	var all []*schedulerv1.Event
	now := make(tasks, ref.GetCount())
	_, err := f.next(s, "the end of a job", func(m *schedulerv1.WatchResponse) bool {
		e := m.GetEvent()
		if e.GetStatus().GetToken() != ref.GetToken() {
			return false
		}
		all = append(all, e)
		for i := e.GetStatus().GetTask(); i >= 0 && i < min(ref.GetCount(), e.GetStatus().GetTask()+max(1, e.GetStatus().GetCount())); i++ {
			now[i] = e.GetStatus()
		}
		return now.ended()
	})
	return all, err
}

func heartbeatFirst(ctx context.Context, t *trial) error {
	f, err := t.follow(ctx, "")
	if err != nil {
		return err
	}
	defer f.stop()
	m, err := f.next(t.subject, "anything", func(*schedulerv1.WatchResponse) bool { return true })
	if err == nil && m.GetHeartbeat() == nil {
		return saw("the first message is %v", m)
	}
	return err
}

func tellsWholeLife(ctx context.Context, t *trial) error {
	f, err := t.follow(ctx, "")
	if err != nil {
		return err
	}
	defer f.stop()
	ref, err := t.submit(ctx, array(t.shell("sleep 1; exit 3"), 2))
	if err != nil {
		return err
	}
	all, err := f.about(t.subject, ref)
	if err != nil {
		return err
	}
	before := make(tasks, 2)
	ran := false
	for _, e := range all {
		s := e.GetStatus()
		for i := s.GetTask(); i < min(2, s.GetTask()+max(1, s.GetCount())); i++ {
			if err := goesOn(before[i], s); err != nil {
				return err
			}
			before[i] = s
		}
		ran = ran || s.GetState() == schedulerv1.State_STATE_RUNNING
	}
	if !ran {
		return saw("a job that ran for a second is never told as running")
	}
	now, err := t.ended(ctx, ref)
	if err != nil {
		return err
	}
	for i := range now {
		if now[i].GetState() != before[i].GetState() || !proto.Equal(now[i].GetExit(), before[i].GetExit()) {
			return saw("Watch told %s and Query tells %s", before.show(), now.show())
		}
	}
	return nil
}

func twoWatchers(ctx context.Context, t *trial) error {
	var all [2]*follower
	for i := range all {
		f, err := t.follow(ctx, "")
		if err != nil {
			return err
		}
		defer f.stop()
		all[i] = f
	}
	ref, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return err
	}
	for _, f := range all {
		if _, err := f.about(t.subject, ref); err != nil {
			return err
		}
	}
	return nil
}

func slowConsumer(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	// Nobody reads this one.
	lazy, err := s.follow(ctx, "")
	if err != nil {
		return err
	}
	defer lazy.stop()
	refs := make([]*schedulerv1.JobRef, 5)
	for i := range refs {
		if refs[i], err = t.submitTo(ctx, s, array(t.shell("exit 0"), 10)); err != nil {
			return err
		}
	}
	if _, err := s.untilEach(ctx, refs, "at an end", tasks.ended); err != nil {
		return err
	}
	brisk, err := s.follow(ctx, "")
	if err != nil {
		return err
	}
	defer brisk.stop()
	ref, err := t.submitTo(ctx, s, t.shell("exit 0"))
	if err != nil {
		return err
	}
	_, err = brisk.about(s, ref)
	return err
}

func endsWithItsCaller(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	for range 5 {
		f, err := s.follow(ctx, "")
		if err != nil {
			return err
		}
		_, err = f.next(s, "anything", func(*schedulerv1.WatchResponse) bool { return true })
		f.stop()
		if err != nil {
			return err
		}
	}
	left, err := s.drain(ctx, t.suite.o.Patience*3/4)
	if err != nil || left != 0 {
		return saw("after five watchers had gone away Drain left %d calls, %s", left, orNothing(err))
	}
	return nil
}

func endsOnDrain(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	f, err := s.follow(ctx, "")
	if err != nil {
		return err
	}
	defer f.stop()
	if _, err := f.next(s, "anything", func(*schedulerv1.WatchResponse) bool { return true }); err != nil {
		return err
	}
	// As a host does, this one goes on reading.
	ended := make(chan error, 1)
	go func() {
		_, err := f.next(s, "its end", func(*schedulerv1.WatchResponse) bool { return false })
		ended <- err
	}()
	left, err := s.drain(ctx, t.suite.o.Patience*3/4)
	end := <-ended
	if err != nil || left != 0 {
		return saw("Drain while somebody watches left %d calls, %s", left, orNothing(err))
	}
	if c := (*callError)(nil); !errors.As(end, &c) || kindOf(end) != fault.Unavailable {
		return saw("Watch should have ended with %s: %v", fault.Unavailable, end)
	}
	return nil
}
