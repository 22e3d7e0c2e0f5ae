package store

import (
	"errors"
	"net"
	"os"
	"sync"

	"github.com/alicebob/miniredis/v2"
	"github.com/hashicorp/go-hclog"
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

// startEmbedded brings back what is in the folder and serves it. The lock becomes the store's when there is no error.
func startEmbedded(folder string, lock *os.File, log hclog.Logger) (*embedded, error) {
	lasting, err := newMiniredis()
	if err != nil {
		return nil, err
	}
	passing, err := newPassing()
	if err != nil {
		return nil, err
	}
	e := &embedded{folder: folder, lock: lock, log: log, busy: make(chan struct{}, 1)}
	e.front = &front{lasting: lasting, passing: passing, log: log, grown: e.grown, known: map[string]bool{}, conns: map[net.Conn]struct{}{}}
	if err := e.restore(); err != nil {
		lasting.Close()
		passing.close()
		return nil, err
	}
	if e.listener, e.private, err = listenSocket(folder); err != nil {
		lasting.Close()
		passing.close()
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

// close ends the store, and lets the next process have it. Clients of this process have been closed before.
func (e *embedded) close() error {
	err := e.listener.Close()
	e.front.hangUp()
	e.serving.Wait()
	e.compacting.Wait()
	// The next process that opens the store reads a snapshot much faster than it executes a journal.
	if e.front.journal.size > e.limit/8 {
		if err := e.compactNow(); err != nil {
			e.log.Warn("cannot write a snapshot at the end: the next start takes longer", "error", err)
		}
	}
	e.front.lasting.Close()
	e.front.passing.close()
	err = errors.Join(err, e.front.journal.close(), removeSocket(e.folder, e.private))
	if err = errors.Join(err, e.lock.Close()); err != nil {
		return embeddedFault(e.folder, err)
	}
	return nil
}
