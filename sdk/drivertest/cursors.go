package drivertest

import (
	"context"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
)

// cursorNow is where the events stand now.
func (t *trial) cursorNow(ctx context.Context) (string, error) {
	f, err := t.follow(ctx, "")
	if err != nil {
		return "", err
	}
	defer f.stop()
	ref, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return "", err
	}
	all, err := f.about(t.subject, ref)
	if err != nil {
		return "", err
	}
	return all[len(all)-1].GetCursor(), nil
}

func goesOnFromEachCursor(ctx context.Context, t *trial) error {
	from, err := t.cursorNow(ctx)
	if err != nil {
		return err
	}
	f, err := t.follow(ctx, from)
	if err != nil {
		return err
	}
	defer f.stop()
	ref, err := t.submit(ctx, t.shell("exit 3"))
	if err != nil {
		return err
	}
	all, err := f.about(t.subject, ref)
	if err != nil {
		return err
	}
	for i, e := range all[:len(all)-1] {
		again, err := t.follow(ctx, e.GetCursor())
		if err != nil {
			return err
		}
		rest, err := again.about(t.subject, ref)
		again.stop()
		if err != nil {
			return saw("from the cursor after %s on: %w", show(e.GetStatus()), err)
		}
		// A driver may tell more again than it must, but must leave out nothing.
		if len(rest) < len(all)-i-1 {
			return saw("after %s came %d events, and from its cursor on %d", show(e.GetStatus()), len(all)-i-1, len(rest))
		}
	}
	return nil
}

func goesOnFromOldCursor(ctx context.Context, t *trial) error {
	from, err := t.cursorNow(ctx)
	if err != nil {
		return err
	}
	refs, err := t.together(ctx, []*schedulerv1.Job{t.shell("exit 0"), t.shell("exit 0"), t.shell("exit 0")})
	if err != nil {
		return err
	}
	if _, err := t.untilEach(ctx, refs, "at an end", tasks.ended); err != nil {
		return err
	}
	f, err := t.follow(ctx, from)
	if err != nil {
		return err
	}
	defer f.stop()
	left := map[string]bool{}
	for _, ref := range refs {
		left[ref.GetToken()] = true
	}
	_, err = f.next(t.subject, "the ends of all jobs since the cursor, nor a reset", func(m *schedulerv1.WatchResponse) bool {
		if terminal(m.GetEvent().GetStatus().GetState()) {
			delete(left, m.GetEvent().GetStatus().GetToken())
		}
		return len(left) == 0 || m.GetReset_() != nil
	})
	return err
}

func cursorOutlivesProcess(ctx context.Context, t *trial) error {
	s, err := t.begin(ctx)
	if err != nil {
		return err
	}
	f, err := s.follow(ctx, "")
	if err != nil {
		return err
	}
	defer f.stop()
	ref, err := t.submitTo(ctx, s, t.shell("sleep 1; exit 0"))
	if err != nil {
		return err
	}
	m, err := f.next(s, "a job that was submitted", func(m *schedulerv1.WatchResponse) bool { return m.GetEvent().GetStatus().GetToken() == ref.GetToken() })
	if err != nil {
		return err
	}
	s.kill()
	if _, err := t.ended(ctx, ref); err != nil {
		return err
	}
	next, err := t.begin(ctx)
	if err != nil {
		return err
	}
	f, err = next.follow(ctx, m.GetEvent().GetCursor())
	if err != nil {
		return err
	}
	defer f.stop()
	_, err = f.next(next, "the end of a job, nor a reset", func(m *schedulerv1.WatchResponse) bool {
		return m.GetReset_() != nil || m.GetEvent().GetStatus().GetToken() == ref.GetToken() && terminal(m.GetEvent().GetStatus().GetState())
	})
	return err
}

func takesGarbageCursor(ctx context.Context, t *trial) error {
	for _, garbage := range []string{"garbage", "-1", "999999999999999999999", "a:b:c", strings.Repeat("z", 4096)} {
		if err := t.goesOnFromGarbage(ctx, garbage); err != nil {
			return saw("cursor %.20q: %w", garbage, err)
		}
	}
	return nil
}

func (t *trial) goesOnFromGarbage(ctx context.Context, garbage string) error {
	f, err := t.follow(ctx, garbage)
	if err != nil {
		return err
	}
	defer f.stop()
	// Whoever submits before the driver has looked at the cursor may find the news already behind it.
	first, err := f.next(t.subject, "anything", func(m *schedulerv1.WatchResponse) bool { return m.GetHeartbeat() == nil })
	if err != nil {
		return err
	}
	if r := first.GetReset_(); r != nil && r.GetReason() == "" {
		return saw("the reset has no reason")
	}
	ref, err := t.submit(ctx, t.shell("exit 0"))
	if err != nil {
		return err
	}
	_, err = f.about(t.subject, ref)
	return err
}

func shortCursors(ctx context.Context, t *trial) error {
	from, err := t.cursorNow(ctx)
	if err == nil && len(from) > 4<<10 {
		return saw("a cursor has %d bytes", len(from))
	}
	return err
}
