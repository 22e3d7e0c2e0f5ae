package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hashicorp/go-hclog"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/oceanid/oceanid/sdk/fault"
)

// embedded is the embedded store in the process that runs it. In its folder are
//
//	lock                     locked by that process
//	socket                   where all, that process too, connect; a link, when the folder's path is too long for a socket
//	snapshot-N               what there was when journal N was begun
//	journal-N, journal-N+1 … what was done since; more than one only while a snapshot is being written
//	key                      the local key
type embedded struct {
	folder string
	lock   *os.File
	front  *front
	log    hclog.Logger

	listener net.Listener
	private  string // the folder of the socket, when it is not this one
	serving  sync.WaitGroup

	// Compaction, begun with the front's order held and ended in the background.
	generation uint64
	limit      int64 // size of the journal at which the next one begins
	compacting sync.WaitGroup
	busy       chan struct{} // holds a token while a snapshot is being written
}

// openEmbedded runs the store of a folder, or, when another process does so already, only connects to it: then e is nil.
func openEmbedded(ctx context.Context, path string, log hclog.Logger) (client redis.UniversalClient, e *embedded, err error) {
	folder, err := filepath.Abs(path)
	if err == nil {
		err = privateFolder(folder)
	}
	if err != nil {
		return nil, nil, embeddedFault(path, err)
	}
	const patience, pause = 15 * time.Second, 20 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		lock, err := lockFolder(folder)
		if err != nil {
			return nil, nil, embeddedFault(path, err)
		}
		if lock != nil {
			if e, err = startEmbedded(folder, lock, log); err != nil {
				lock.Close()
				return nil, nil, embeddedFault(path, err)
			}
			return socketClient(folder), e, nil
		}
		// Whoever has the lock may still be reading its journal, or just going.
		if conn, err := dialSocket(ctx, folder); err == nil {
			conn.Close()
			return socketClient(folder), nil, nil
		}
		select {
		case <-ctx.Done():
			return nil, nil, fault.By(fault.Host, fault.Unavailable.New("store: %s is locked by a process that does not answer: %w", path, ctx.Err()))
		case <-time.After(pause):
		}
	}
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

func startEmbedded(folder string, lock *os.File, log hclog.Logger) (*embedded, error) {
	lasting, err := newMiniredis()
	if err != nil {
		return nil, err
	}
	passing, err := newMiniredis()
	if err != nil {
		return nil, err
	}
	passing.ClockTTL(true)
	e := &embedded{folder: folder, lock: lock, log: log, busy: make(chan struct{}, 1)}
	e.front = &front{lasting: lasting, passing: passing, log: log, grown: e.grown, known: map[string]bool{}, conns: map[net.Conn]struct{}{}}
	if err := e.restore(); err != nil {
		lasting.Close()
		passing.Close()
		return nil, err
	}
	if e.listener, e.private, err = listenSocket(folder); err != nil {
		lasting.Close()
		passing.Close()
		return nil, errors.Join(err, e.front.journal.close())
	}
	e.serving.Go(func() { e.front.serve(e.listener) })
	return e, nil
}

// newMiniredis starts one without a server of its own.
func newMiniredis() (*miniredis.Miniredis, error) {
	m := miniredis.NewMiniRedis()
	// The first connection is what registers its commands.
	conn, err := m.Dial()
	if err != nil {
		return nil, err
	}
	return m, conn.Close()
}

// close ends the store. Its clients have been closed before, or are guests who will see it gone.
func (e *embedded) close() error {
	err := e.listener.Close()
	e.front.hangUp()
	e.serving.Wait()
	e.compacting.Wait()
	e.front.lasting.Close()
	e.front.passing.Close()
	err = errors.Join(err, e.front.journal.close(), removeSocket(e.folder, e.private))
	if err = errors.Join(err, e.lock.Close()); err != nil {
		return embeddedFault(e.folder, err)
	}
	return nil
}

// socketClient connects to whoever runs the store of a folder.
func socketClient(folder string) redis.UniversalClient {
	return redis.NewClient(&redis.Options{
		Network: "unix", Addr: filepath.Join(folder, "socket"),
		Dialer:                   func(ctx context.Context, _, _ string) (net.Conn, error) { return dialSocket(ctx, folder) },
		ContextTimeoutEnabled:    true,
		ReadTimeout:              30 * time.Second, // a compaction may be in the way
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
}

func dialSocket(ctx context.Context, folder string) (net.Conn, error) {
	path := filepath.Join(folder, "socket")
	if target, err := os.Readlink(path); err == nil {
		path = target
	}
	var d net.Dialer
	return d.DialContext(ctx, "unix", path)
}

// listenSocket makes the socket, in a private folder of its own when the path of this one is too long for a socket's address.
func listenSocket(folder string) (l net.Listener, private string, err error) {
	const longest = 100
	path := filepath.Join(folder, "socket")
	if err := removeSocket(folder, ""); err != nil {
		return nil, "", err
	}
	if len(path) > longest {
		if private, err = os.MkdirTemp("", "oceanid-"); err != nil {
			return nil, "", err
		}
		short := filepath.Join(private, "socket")
		if err := os.Symlink(short, path); err != nil {
			return nil, "", errors.Join(err, os.Remove(private))
		}
		path = short
	}
	if l, err = net.Listen("unix", path); err != nil {
		return nil, "", err
	}
	// The folder is private from before: nobody could come in meanwhile.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, "", errors.Join(err, l.Close())
	}
	return l, private, nil
}

// removeSocket takes away what a process has left, be it this one.
func removeSocket(folder, private string) error {
	path := filepath.Join(folder, "socket")
	if target, err := os.Readlink(path); err == nil {
		os.Remove(target)
		os.Remove(filepath.Dir(target))
	}
	if private != "" {
		os.Remove(private)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the socket of the process before: %w", err)
	}
	return nil
}
