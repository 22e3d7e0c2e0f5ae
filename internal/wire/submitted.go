package wire

import (
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// SubmittedToProto tells what became of one job of a batch; an error keeps what [Error] keeps of one.
func SubmittedToProto(s scheduler.Submitted) *schedulerv1.SubmitBatchResponse {
	p := &schedulerv1.SubmitBatchResponse{Token: s.Token}
	if s.Err == nil {
		p.Answer = &schedulerv1.SubmitBatchResponse_Id{Id: string(s.ID)}
		return p
	}
	refusal := &schedulerv1.Refusal{Reason: string(fault.Of(s.Err)), Blame: string(fault.Blame(s.Err)), Text: Text(s.Err.Error())}
	if after, ok := fault.RetryAfter(s.Err); ok {
		refusal.RetryAfter = durationpb.New(after)
	}
	p.Answer = &schedulerv1.SubmitBatchResponse_Refusal{Refusal: refusal}
	return p
}

// SubmittedFromProto is the other way. An answer that is neither reads as one without an identifier.
func SubmittedFromProto(p *schedulerv1.SubmitBatchResponse) scheduler.Submitted {
	s := scheduler.Submitted{Token: p.GetToken(), ID: scheduler.ID(p.GetId())}
	refusal := p.GetRefusal()
	if refusal == nil {
		return s
	}
	kind := fault.Kind(refusal.GetReason())
	if kind == "" {
		kind = fault.Internal
	}
	s.Err = kind.New("%s", Text(refusal.GetText()))
	if refusal.GetRetryAfter() != nil {
		s.Err = fault.After(s.Err, refusal.GetRetryAfter().AsDuration())
	}
	s.Err = fault.By(fault.Party(refusal.GetBlame()), s.Err)
	return s
}
