package fault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
)

// Kind is a class of errors. A Kind is itself an error, so that errors.Is(err, fault.NotFound) asks for the class; it is comparable and
// never changes its spelling, which crosses the wire.
type Kind string

// The kinds. There are no others within version 1 of the protocol; a kind that a newer driver sends is kept as it is.
const (
	// NotFound: the named thing does not exist.
	NotFound Kind = "NOT_FOUND"
	// Exists: the name is in use.
	Exists Kind = "EXISTS"
	// Invalid: what was given cannot be right, whatever the state of the world; trying again is useless.
	Invalid Kind = "INVALID"
	// Denied: who asks may not: a wrong password, a changed host key, a policy.
	Denied Kind = "DENIED"
	// Conflict: somebody else changed it first (a stale revision), or its state forbids it.
	Conflict Kind = "CONFLICT"
	// Exhausted: a limit or quota is reached; RetryAfter may say when to come back.
	Exhausted Kind = "EXHAUSTED"
	// Unavailable: the pool, the store or the network does not answer now; trying again may help.
	Unavailable Kind = "UNAVAILABLE"
	// Unsupported: this driver or pool cannot do that.
	Unsupported Kind = "UNSUPPORTED"
	// Timeout: the time given ran out.
	Timeout Kind = "TIMEOUT"
	// Cancelled: the caller went away.
	Cancelled Kind = "CANCELLED"
	// Crashed: the driver's process ended under the call.
	Crashed Kind = "CRASHED"
	// Unconfigured: the driver does not know this instance at this revision. Between SDK and host only; portals never see it.
	Unconfigured Kind = "INSTANCE_UNKNOWN"
	// Internal: a defect: whatever no other kind describes.
	Internal Kind = "INTERNAL"
)

// Error is the kind in lower-case words.
func (k Kind) Error() string {
	switch k {
	case NotFound:
		return "not found"
	case Exists:
		return "exists already"
	case Unconfigured:
		return "instance unknown"
	}
	return lower(string(k))
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		switch {
		case c == '_':
			b[i] = ' '
		case 'A' <= c && c <= 'Z':
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// New makes an error of this kind, with text and wrapping as fmt.Errorf does. The outermost kind wins: an Unavailable that wraps
// an Invalid is Unavailable, although errors.Is finds both.
func (k Kind) New(format string, args ...any) error {
	return &fault{kind: k, err: fmt.Errorf(format, args...)}
}

// Of tells the kind of an error: that of the outermost fault, else what the standard library's own errors mean
// (context.DeadlineExceeded is Timeout, fs.ErrNotExist is NotFound …), else Internal. Of(nil) is "".
func Of(err error) Kind {
	if err == nil {
		return ""
	}
	for f := range faults(err) {
		if f.kind != "" {
			return f.kind
		}
	}
	if k := Kind(""); errors.As(err, &k) {
		return k
	}
	for _, known := range []struct {
		err  error
		kind Kind
	}{
		{context.DeadlineExceeded, Timeout},
		{context.Canceled, Cancelled},
		{fs.ErrNotExist, NotFound},
		{fs.ErrExist, Exists},
		{fs.ErrPermission, Denied},
		{errors.ErrUnsupported, Unsupported},
	} {
		if errors.Is(err, known.err) {
			return known.kind
		}
	}
	return Internal
}

// fault is an error with what this package knows about it. Empty fields say nothing: the next one in the chain is asked.
type fault struct {
	kind  Kind
	blame Party
	after *retry
	err   error
}

// faults goes through the faults in err's chain from the outermost on.
func faults(err error) iter.Seq[*fault] {
	return func(yield func(*fault) bool) {
		for f := (*fault)(nil); errors.As(err, &f) && yield(f); err = f.err {
		}
	}
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// Is makes errors.Is(err, fault.NotFound) hold.
func (f *fault) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && f.kind == k
}
