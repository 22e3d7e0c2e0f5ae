package call_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// parrot is a driver that quotes its secret in all that it says.
type parrot struct{ secret string }

func (p parrot) Submit(_ context.Context, job scheduler.Job) (scheduler.ID, error) {
	if job.Command == "panic" {
		panic("token " + p.secret)
	}
	return "", fault.After(fault.By(fault.Scheduler, fault.Exhausted.New("token %s has no turns left", p.secret)), time.Minute)
}

func (p parrot) status(token string) scheduler.Status {
	return scheduler.Status{ID: "1", Token: token, State: scheduler.Held, Reason: "token " + p.secret, Native: "t=" + p.secret, Node: "n-" + p.secret}
}

func (p parrot) Query(_ context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	return yield(p.status(q.Jobs[0].Token))
}

func (p parrot) Cancel(context.Context, []scheduler.Ref) error {
	return fault.Unavailable.New("token %s", p.secret)
}

func (p parrot) Watch(_ context.Context, _ scheduler.Cursor, yield func(scheduler.Event) error) error {
	if err := yield(scheduler.Event{Reset: "no log for " + p.secret, Cursor: "1"}); err != nil {
		return err
	}
	return yield(scheduler.Event{Status: p.status("t"), Cursor: "2"})
}

func (p parrot) Probe(_ context.Context, report func(scheduler.Check)) error {
	report(scheduler.Check{Name: "log in as " + p.secret, Text: "with " + p.secret})
	return nil
}

// talkative is a caller of a parrot, whose configuration has the host that is given and the secret "s3cret".
func talkative(t *testing.T, host string) (*call.Scheduler, *supervise.Supervisor) {
	t.Helper()
	g, err := sdk.Scheduler("parrot", "1.0.0", func(_ context.Context, c config, _ sdk.Env) (parrot, error) {
		if c.Host == "unreachable" {
			return parrot{}, fault.Unavailable.New("nobody answers to %s", c.Token.Reveal())
		}
		return parrot{c.Token.Reveal()}, nil
	}).Doc("A parrot.").InProcess(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p := supervise.New(supervise.Options{Name: "parrot", Start: func(context.Context) (supervise.Process, error) { return launch.InProcess(g) }})
	t.Cleanup(func() { p.Close(context.Background()) })
	return call.New(call.Options{Name: "pool one", Process: p, Services: []string{call.Events, call.Probes}, Instance: func(context.Context) (call.Instance, error) {
		return call.Instance{ID: "one", Revision: "1",
			Config: func(context.Context) ([]byte, error) {
				return fmt.Appendf(nil, `{"host":%q,"token":"s3cret"}`, host), nil
			},
			Hide: func(_ context.Context, text string) string { return strings.ReplaceAll(text, "s3cret", "…") },
		}, nil
	}}), p
}

// Whatever a driver quotes, its errors are told without the secrets that it was given, and with all else that they tell.
func TestErrorsWithoutSecrets(t *testing.T) {
	t.Parallel()
	s, _ := talkative(t, "h")
	_, err := s.Submit(t.Context(), scheduler.Job{Token: "t", Command: "x"})
	after, _ := fault.RetryAfter(err)
	if err == nil || err.Error() != `scheduler "pool one": submit: token … has no turns left` || !errors.Is(err, fault.Exhausted) ||
		fault.Blame(err) != fault.Scheduler || after != time.Minute {
		t.Errorf("%v, blame %s, after %v", err, fault.Blame(err), after)
	}
	for name, ask := range map[string]func() error{
		"panic":  func() error { _, err := s.Submit(t.Context(), scheduler.Job{Token: "t", Command: "panic"}); return err },
		"cancel": func() error { return s.Cancel(t.Context(), nil) },
		"configure": func() error {
			s, _ := talkative(t, "unreachable")
			return s.Cancel(t.Context(), nil)
		},
		"validate": func() error {
			_, p := talkative(t, "h")
			hide := func(text string) string { return strings.ReplaceAll(text, "s3cret", "…") }
			return call.Validate(t.Context(), call.Options{Process: p}, []byte(`{"token":"s3cret", "host":"h", s3cret}`), hide)
		},
	} {
		if err := ask(); err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// So are reasons of states, and the steps of a test.
func TestNewsWithoutSecrets(t *testing.T) {
	t.Parallel()
	s, _ := talkative(t, "h")
	want := scheduler.Status{ID: "1", Token: "t", Count: 1, State: scheduler.Held, Reason: "token …", Native: "t=…", Node: "n-…"}
	told := func(got scheduler.Status) {
		t.Helper()
		if got.Count = 1; got != want {
			t.Errorf("told %+v", got)
		}
	}
	if err := s.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{{Token: "t", Tasks: 1}}}, func(st scheduler.Status) error { told(st); return nil }); err != nil {
		t.Error(err)
	}
	err := s.Watch(t.Context(), "", func(e scheduler.Event) error {
		if e.Reset == "" {
			told(e.Status)
		} else if e.Reset != "no log for …" {
			t.Errorf("reset: %s", e.Reset)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	err = s.Probe(t.Context(), func(c scheduler.Check) {
		if c.Name != "log in as …" || c.Text != "with …" {
			t.Errorf("told %+v", c)
		}
	})
	if err != nil {
		t.Error(err)
	}
}
