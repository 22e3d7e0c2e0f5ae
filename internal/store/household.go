package store

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/oceanid/oceanid/sdk/fault"
)

// household is one process' way to the embedded store of a folder. Whichever process has the folder's lock runs the store, and all of them, that one
// too, are clients of its socket. When it goes, the next one that finds nobody there takes over: it replays the journal, which has all
// that was acknowledged, and the others connect to it.
type household struct {
	folder string
	log    hclog.Logger

	mu     sync.Mutex
	owner  *embedded // nil: another process is, or nobody yet
	closed bool
}

// openEmbedded connects to the store of a folder, and runs it if nobody does.
func openEmbedded(ctx context.Context, path string, log hclog.Logger) (redis.UniversalClient, *household, error) {
	folder, err := filepath.Abs(path)
	if err == nil {
		err = privateFolder(folder)
	}
	if err != nil {
		return nil, nil, embeddedFault(path, err)
	}
	h := &household{folder: folder, log: log}
	conn, err := h.dial(ctx, "", "")
	if err != nil {
		return nil, nil, err
	}
	conn.Close()
	return redis.NewClient(&redis.Options{
		Network: "unix", Addr: filepath.Join(folder, "socket"),
		Dialer:                   h.dial,
		DialTimeout:              2 * takeOverPatience,
		DialerRetries:            1,
		ReadTimeout:              30 * time.Second, // a compaction may be in the way
		ContextTimeoutEnabled:    true,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}), h, nil
}

// takeOverPatience bounds the wait for a process that has the lock but not yet, or no longer, a socket.
const takeOverPatience = 15 * time.Second

// dial connects to whoever runs the store, which may become this process.
func (h *household) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	const pause = 20 * time.Millisecond
	patience := time.NewTimer(takeOverPatience)
	defer patience.Stop()
	for {
		conn, err := dialSocket(ctx, h.folder)
		if err == nil {
			return conn, nil
		}
		began, err := h.takeOver()
		if err != nil {
			return nil, embeddedFault(h.folder, err)
		}
		if began {
			// To bring the store back took what it takes, and was no wait for anybody.
			patience.Reset(takeOverPatience)
			continue
		}
		select {
		case <-ctx.Done():
			return nil, h.locked(ctx.Err())
		case <-patience.C:
			return nil, h.locked(context.DeadlineExceeded)
		case <-time.After(pause):
		}
	}
}

func (h *household) locked(why error) error {
	return fault.By(fault.Host, fault.Unavailable.New("store: %s is locked by a process that does not answer: %w", h.folder, why))
}

// takeOver runs the store, if nobody else does.
func (h *household) takeOver() (began bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false, net.ErrClosed
	}
	if h.owner != nil {
		return false, nil
	}
	lock, err := lockFolder(h.folder)
	if lock == nil || err != nil {
		return false, err
	}
	if h.owner, err = startEmbedded(h.folder, lock, h.log); err != nil {
		lock.Close()
		return false, err
	}
	return true, nil
}

// close ends the store, if it is this process that runs it.
func (h *household) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	if h.owner == nil {
		return nil
	}
	return h.owner.close()
}

func embeddedFault(path string, err error) error {
	if k := fault.Of(err); k == fault.Denied || k == fault.Invalid {
		return fault.By(fault.Host, k.New("store: %w", err))
	}
	return fault.By(fault.Host, fault.Unavailable.New("store: the embedded store in %s: %w", path, err))
}

// lockFolder gives the lock, which lasts as long as the process at most; nil: another process has it.
func lockFolder(folder string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, err
}
