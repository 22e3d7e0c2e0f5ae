package drivertest

import (
	"errors"
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	"github.com/oceanid/oceanid/sdk/fault"
)

// callError is an error from a call, in the words of [said].
type callError struct{ err error }

func (e *callError) Error() string { return said(e.err) }
func (e *callError) Unwrap() error { return e.err }

// said is an error from a call in words: its kind or, where the driver did not say one, its gRPC code, and its text.
func said(err error) string {
	if late := (*overdue)(nil); errors.As(err, &late) {
		return late.Error()
	}
	s, ok := status.FromError(err)
	if !ok {
		return err.Error()
	}
	if kind := kindOf(err); kind != "" {
		return fmt.Sprintf("%s: %s", kind, s.Message())
	}
	return fmt.Sprintf("gRPC status %s, without an ErrorInfo of domain \"oceanid\": %s", s.Code(), s.Message())
}

// infoOf is the ErrorInfo that a driver puts into its errors; nil: there is none.
func infoOf(err error) *errdetails.ErrorInfo {
	if c := (*callError)(nil); errors.As(err, &c) {
		err = c.err
	}
	s, ok := status.FromError(err)
	if !ok {
		return nil
	}
	for _, d := range s.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.GetDomain() == "oceanid" {
			return info
		}
	}
	return nil
}

// kindOf is the kind that a driver gave an error; "": none.
func kindOf(err error) fault.Kind { return fault.Kind(infoOf(err).GetReason()) }
