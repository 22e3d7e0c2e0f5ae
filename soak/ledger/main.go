// Command ledger is the driver of a pool that is a folder: any number of its processes may serve it at once, as may happen with a real pool. The soak
// tests upgrade and kill it. The environment says which version it is.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func main() {
	sdk.Main(sdk.Scheduler("ledger", os.Getenv("OCEANID_SOAK_LEDGER"), func(_ context.Context, _ struct{}, env sdk.Env) (*ledger, error) {
		return &ledger{env.Dir}, nil
	}))
}

// ledger has a file for each job, and one with the tokens of all of them in the order in which they came.
type ledger struct{ dir string }

func (l *ledger) events() string { return filepath.Join(l.dir, "events") }

func (l *ledger) Submit(_ context.Context, job scheduler.Job) (scheduler.ID, error) {
	id := scheduler.ID("at-" + job.Token)
	f, err := os.OpenFile(filepath.Join(l.dir, job.Token), os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return id, nil
	}
	if err != nil {
		return "", err
	}
	log, err := os.OpenFile(l.events(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", errors.Join(err, f.Close())
	}
	_, err = log.WriteString(job.Token + "\n")
	return id, errors.Join(err, log.Close(), f.Close())
}

func (l *ledger) Query(_ context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	for _, r := range q.Jobs {
		if err := yield(scheduler.Status{ID: r.ID, Token: r.Token, State: scheduler.Running}); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) Cancel(context.Context, []scheduler.Ref) error { return nil }

// Watch tells the lines of the log from an offset on.
func (l *ledger) Watch(ctx context.Context, from scheduler.Cursor, yield func(scheduler.Event) error) error {
	offset := int64(0)
	if from != "" {
		var err error
		if offset, err = strconv.ParseInt(string(from), 10, 64); err != nil {
			return fault.Invalid.New("cursor %q: %w", from, err)
		}
	}
	log, err := os.OpenFile(l.events(), os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	pause := time.NewTicker(5 * time.Millisecond)
	defer pause.Stop()
	for ctx.Err() == nil {
		lines := bufio.NewReader(io.NewSectionReader(log, offset, 1<<40))
		for line, err := lines.ReadString('\n'); err == nil; line, err = lines.ReadString('\n') {
			offset += int64(len(line))
			token := line[:len(line)-1]
			event := scheduler.Event{Status: scheduler.Status{ID: scheduler.ID("at-" + token), Token: token, State: scheduler.Queued}, Cursor: scheduler.Cursor(fmt.Sprint(offset))}
			if err := yield(event); err != nil {
				return err
			}
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

var _ scheduler.Watcher = (*ledger)(nil)
