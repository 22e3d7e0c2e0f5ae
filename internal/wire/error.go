package wire

import (
	"errors"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/oceanid/oceanid/sdk/fault"
)

// domain marks an error that a driver meant, as against one that the transport made up.
const domain = "oceanid"

// unsent begins what gRPC says of a message that it does not send: the driver has seen nothing of such a request.
const unsent = "trying to send message larger than max"

// codeOf follows containerd's table of error classes, so that tools that know only gRPC understand as well.
func codeOf(k fault.Kind) codes.Code {
	switch k {
	case fault.NotFound:
		return codes.NotFound
	case fault.Exists:
		return codes.AlreadyExists
	case fault.Invalid:
		return codes.InvalidArgument
	case fault.Denied:
		return codes.PermissionDenied
	case fault.Conflict:
		return codes.Aborted
	case fault.Exhausted:
		return codes.ResourceExhausted
	case fault.Unavailable, fault.Crashed:
		return codes.Unavailable
	case fault.Unsupported:
		return codes.Unimplemented
	case fault.Timeout:
		return codes.DeadlineExceeded
	case fault.Cancelled:
		return codes.Canceled
	case fault.Unconfigured:
		return codes.FailedPrecondition
	}
	return codes.Internal
}

// Error makes the gRPC status for an error of a driver: its text, its kind, whose fault it is and when to try again. Error(nil) is nil.
func Error(err error) error {
	if err == nil {
		return nil
	}
	kind := fault.Of(err)
	info := &errdetails.ErrorInfo{
		Domain:   domain,
		Reason:   string(kind),
		Metadata: map[string]string{"blame": string(fault.Blame(err))},
	}
	s := status.New(codeOf(kind), Text(err.Error()))
	detailed, failed := s.WithDetails(info)
	if after, ok := fault.RetryAfter(err); ok && failed == nil {
		detailed, failed = s.WithDetails(info, &errdetails.RetryInfo{RetryDelay: durationpb.New(after)})
	}
	if failed != nil {
		return s.Err()
	}
	return detailed.Err()
}

// Fault is what the host makes of an error from a connection: what the driver said, or a transport error, for which [Transport] is true.
// Fault(nil) is nil.
func Fault(err error) error {
	if err == nil {
		return nil
	}
	s, ok := status.FromError(err)
	if !ok {
		return err
	}
	for _, d := range s.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.GetDomain() == domain {
			return meant(s, info)
		}
	}
	return transport(s)
}

func meant(s *status.Status, info *errdetails.ErrorInfo) error {
	err := fault.Kind(info.GetReason()).New("%s", Text(s.Message()))
	for _, d := range s.Details() {
		if r, ok := d.(*errdetails.RetryInfo); ok {
			err = fault.After(err, r.GetRetryDelay().AsDuration())
		}
	}
	return fault.By(fault.Party(info.GetMetadata()["blame"]), err)
}

func transport(s *status.Status) error {
	said := Text(s.Message())
	switch s.Code() {
	case codes.Unimplemented:
		return fault.Unsupported.New("the driver does not have this verb")
	case codes.DeadlineExceeded:
		return fault.By(fault.Driver, fault.Timeout.New("the driver did not answer in time"))
	case codes.Canceled:
		// Either the caller went away, or the connection was closed under the call.
		return &transportError{fault.Cancelled.New("the call was given up")}
	case codes.ResourceExhausted:
		if strings.HasPrefix(said, unsent) {
			return fault.By(fault.Host, fault.Exhausted.New("the request is too large for the connection to the driver: %s; name fewer jobs, or send content as an input file", said))
		}
		return fault.By(fault.Driver, fault.Exhausted.New("message too large for the connection to the driver: %s", said))
	case codes.Unavailable:
		return &transportError{fault.By(fault.Driver, fault.Unavailable.New("connection to the driver: %s", said))}
	}
	return fault.By(fault.Driver, fault.Internal.New("%s: %s", strings.ToLower(s.Code().String()), said))
}

type transportError struct{ error }

func (e *transportError) Unwrap() error { return e.error }

// Transport tells whether err came from the connection to the driver and not from the driver: the call may or may not have been carried out.
func Transport(err error) bool {
	var t *transportError
	return errors.As(err, &t)
}

// Text makes s valid for the wire, which carries UTF-8 only, and no longer than MaxText.
func Text(s string) string {
	const cut = " …"
	if len(s) > MaxText {
		s = strings.ToValidUTF8(s[:MaxText-len(cut)], "") + cut
	}
	// A byte that is none becomes three.
	if valid := strings.ToValidUTF8(s, "\uFFFD"); len(valid) <= MaxText {
		return valid
	}
	return strings.ToValidUTF8(s, "?")
}
