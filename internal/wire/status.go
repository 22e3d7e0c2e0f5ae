package wire

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// StatusToProto makes text valid UTF-8, which a pool's own words need not be.
func StatusToProto(s scheduler.Status) *schedulerv1.Status {
	p := &schedulerv1.Status{
		Id:     string(s.ID),
		Token:  s.Token,
		Task:   int64(s.Task),
		Count:  int64(s.Count),
		State:  stateToProto(s.State),
		Reason: Text(s.Reason),
		Native: Text(s.Native),
		Time:   TimeToProto(s.Time),
		Node:   Text(s.Node),
		Cause:  causes()[s.Cause],
	}
	if s.Exit != nil {
		p.Exit = &schedulerv1.Exit{Code: int32(s.Exit.Code), Signal: int32(s.Exit.Signal)}
	}
	return p
}

// StatusFromProto is the other way. A time that no clock shows is read as unknown, a text that is too long is cut.
func StatusFromProto(p *schedulerv1.Status) scheduler.Status {
	s := scheduler.Status{
		ID:     scheduler.ID(p.GetId()),
		Token:  p.GetToken(),
		Task:   int(p.GetTask()),
		Count:  int(p.GetCount()),
		State:  stateFromProto(p.GetState()),
		Reason: Text(p.GetReason()),
		Native: Text(p.GetNative()),
		Time:   TimeFromProto(p.GetTime()),
		Node:   Text(p.GetNode()),
		Cause:  causeFromProto(p.GetCause()),
	}
	if e := p.GetExit(); e != nil {
		s.Exit = &scheduler.Exit{Code: int(e.GetCode()), Signal: int(e.GetSignal())}
	}
	return s
}

// causes is the one table of causes; both directions read it.
func causes() map[scheduler.Cause]schedulerv1.Cause {
	return map[scheduler.Cause]schedulerv1.Cause{
		scheduler.CauseMemory:   schedulerv1.Cause_CAUSE_MEMORY,
		scheduler.CauseDisk:     schedulerv1.Cause_CAUSE_DISK,
		scheduler.CauseRunTime:  schedulerv1.Cause_CAUSE_RUN_TIME,
		scheduler.CauseTransfer: schedulerv1.Cause_CAUSE_TRANSFER,
		scheduler.CauseStart:    schedulerv1.Cause_CAUSE_START,
		scheduler.CauseEvicted:  schedulerv1.Cause_CAUSE_EVICTED,
		scheduler.CausePolicy:   schedulerv1.Cause_CAUSE_POLICY,
		scheduler.CauseUser:     schedulerv1.Cause_CAUSE_USER,
		scheduler.CauseUpstream: schedulerv1.Cause_CAUSE_UPSTREAM,
	}
}

// causeFromProto reads a cause that this build does not know as none: the reason still tells.
func causeFromProto(p schedulerv1.Cause) scheduler.Cause {
	for c, q := range causes() {
		if p == q {
			return c
		}
	}
	return ""
}

// EventToProto makes the message for an event: the event itself, or a reset.
func EventToProto(e scheduler.Event) *schedulerv1.WatchResponse {
	if e.Reset != "" {
		return &schedulerv1.WatchResponse{Message: &schedulerv1.WatchResponse_Reset_{
			Reset_: &schedulerv1.Reset{Cursor: string(e.Cursor), Reason: Text(e.Reset)},
		}}
	}
	return &schedulerv1.WatchResponse{Message: &schedulerv1.WatchResponse_Event{
		Event: &schedulerv1.Event{Status: StatusToProto(e.Status), Cursor: string(e.Cursor)},
	}}
}

// EventFromProto is the other way; for a heartbeat ok is false.
func EventFromProto(p *schedulerv1.WatchResponse) (e scheduler.Event, ok bool) {
	switch m := p.GetMessage().(type) {
	case *schedulerv1.WatchResponse_Event:
		return scheduler.Event{Status: StatusFromProto(m.Event.GetStatus()), Cursor: scheduler.Cursor(m.Event.GetCursor())}, true
	case *schedulerv1.WatchResponse_Reset_:
		return scheduler.Event{Reset: Text(m.Reset_.GetReason()), Cursor: scheduler.Cursor(m.Reset_.GetCursor())}, true
	}
	return scheduler.Event{}, false
}

// FileToProto describes a result file; its digest follows the content.
func FileToProto(f scheduler.File) *schedulerv1.File {
	return &schedulerv1.File{Task: int64(f.Task), Path: f.Path, Size: f.Size, Mode: f.Mode, Modified: TimeToProto(f.Modified)}
}

// FileFromProto is the other way.
func FileFromProto(p *schedulerv1.File) scheduler.File {
	return scheduler.File{Task: int(p.GetTask()), Path: p.GetPath(), Size: p.GetSize(), Mode: p.GetMode(), Modified: TimeFromProto(p.GetModified())}
}

// CheckToProto and CheckFromProto turn one step of a probe.
func CheckToProto(c scheduler.Check) *schedulerv1.Check {
	return &schedulerv1.Check{Name: Text(c.Name), Ok: c.OK, Text: Text(c.Text)}
}

// CheckFromProto is the other way.
func CheckFromProto(p *schedulerv1.Check) scheduler.Check {
	return scheduler.Check{Name: Text(p.GetName()), OK: p.GetOk(), Text: Text(p.GetText())}
}

// TimeToProto leaves out what no clock shows, as a pool may say it where it knows no time.
func TimeToProto(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	if p := timestamppb.New(t); p.IsValid() {
		return p
	}
	return nil
}

// TimeFromProto is the other way; a time that is absent or no clock shows is the zero time.
func TimeFromProto(p *timestamppb.Timestamp) time.Time {
	if !p.IsValid() {
		return time.Time{}
	}
	return p.AsTime()
}
