package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oceanid/oceanid/internal/outbox"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/lab"
)

// held is the store of a process that comes to a halt at the very moment when it writes down what became of a letter: it makes the file "begun", goes on when there is
// "go", and says in "settled" what the store said.
type held struct {
	*store.Store
	dir string
}

func (s held) SettleLetter(ctx context.Context, uid, hook string, fence int64, l store.Letter, done, dead bool) error {
	if err := os.WriteFile(filepath.Join(s.dir, "begun"), nil, 0o600); err != nil {
		return err
	}
	for !there(s.dir, "go") {
		time.Sleep(time.Millisecond)
	}
	// It is on its way, whatever the process learns meanwhile.
	err := s.Store.SettleLetter(context.WithoutCancel(ctx), uid, hook, fence, l, done, dead)
	return errors.Join(err, os.WriteFile(filepath.Join(s.dir, "settled"), fmt.Append(nil, err), 0o600))
}

func there(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// A process that was stopped while it had the lease, and wakes up when another has it, settles nothing that the other one has to tell again.
func TestAHolderThatWasStopped(t *testing.T) {
	t.Parallel()
	redis := lab.ForTest(t, lab.Options{Redis: true}).Redis()
	s, err := store.Open(t.Context(), store.Options{URL: redis.URL, Keeper: keeper})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	sch := made(t, s, "Default")
	dir := t.TempDir()
	stopped := process(t, redis.URL, filepath.Join(dir, "told"), roleHold+"="+dir)
	t.Cleanup(func() {
		if err := stopped.Process.Kill(); err != nil {
			t.Error(err)
		}
		stopped.Wait()
	})
	id := finish(t, s, sch, 1)[0]
	eventually(t, "the first one to settle", func() bool { return there(dir, "begun") })
	if err := stopped.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}

	handle(t, begun(t, s, "two"), outbox.Handler{Name: "h", Retry: time.Hour, Handle: func(context.Context, store.Event) error {
		return errors.New("not now, said the second one")
	}})
	waits := func() bool {
		letters, _, err := s.DueLetters(t.Context(), sch.UID, "h", time.Now().Add(24*time.Hour), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range letters {
			if l.Event.Job == id && strings.HasSuffix(l.Reason, "said the second one") {
				return true
			}
		}
		return false
	}
	eventually(t, "the second one to try", waits)
	if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := stopped.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first one to go on", func() bool { return there(dir, "settled") })
	if !waits() {
		t.Error("the first one took away what the second one is to tell again")
	}
}
