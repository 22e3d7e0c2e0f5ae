package call

import (
	"context"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// ref names the instance in a request.
func (i Instance) ref() *pluginv1.Instance {
	return &pluginv1.Instance{Id: i.ID, Revision: i.Revision}
}

// hide takes the instance's secrets out of what its driver says.
func (i Instance) hide(ctx context.Context, text string) string {
	if i.Hide == nil || text == "" {
		return text
	}
	// What is told of a call that was given up is told all the same.
	return i.Hide(context.WithoutCancel(ctx), text)
}

// discreet is a status without secrets in its words.
func (i Instance) discreet(ctx context.Context, s scheduler.Status) scheduler.Status {
	s.Reason, s.Native, s.Node = i.hide(ctx, s.Reason), i.hide(ctx, s.Native), i.hide(ctx, s.Node)
	return s
}

// clean is an error without secrets in its words. All else that it tells stays as it is.
func (i Instance) clean(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	said := err.Error()
	if hidden := i.hide(ctx, said); hidden != said {
		return &hiddenError{text: hidden, err: err}
	}
	return err
}

// hiddenError is an error in other words.
type hiddenError struct {
	text string
	err  error
}

func (e *hiddenError) Error() string { return e.text }
func (e *hiddenError) Unwrap() error { return e.err }
