package store

import (
	"bufio"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/hashicorp/go-hclog"
)

// unavailableWord begins the error of a command that the journal could not keep.
const unavailableWord = "UNAVAILABLE"

// front serves connections in place of miniredis' own server, and sees to it that what is acknowledged is in the journal, in the order in which it
// was executed. Others may read a change a moment before that, and see it gone after a loss of power; nobody was told that it is there to stay.
// Keys that need not survive live in a second miniredis, whose clock runs.
type front struct {
	lasting *miniredis.Miniredis
	passing *passing
	log     hclog.Logger
	// grown is called, in order, when a command was appended.
	grown func(size int64)

	// order is held from the append of a command to the end of its execution.
	order   sync.Mutex
	journal *journal
	known   map[string]bool // SHA-1 of the scripts whose text is in this very journal

	mu    sync.Mutex
	conns map[net.Conn]struct{} // nil: closed
	wg    sync.WaitGroup
}

// session is one connection: to miniredis it is a peer of both.
type session struct {
	front            *front
	lasting, passing *server.Peer
	subscribed       bool
}

// serve accepts connections until the listener is closed, and returns when the last one is.
func (f *front) serve(l net.Listener) {
	defer f.wg.Wait()
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Out of descriptors, for a while.
			f.log.Error("the embedded store cannot accept a connection", "error", err)
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if !f.enter(conn) {
			conn.Close()
			continue
		}
		f.wg.Go(func() {
			defer f.leave(conn)
			f.talk(conn)
		})
	}
}

func (f *front) enter(conn net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.conns == nil {
		return false
	}
	f.conns[conn] = struct{}{}
	return true
}

func (f *front) leave(conn net.Conn) {
	conn.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, conn)
}

// hangUp closes all connections and lets none in any more.
func (f *front) hangUp() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.conns {
		c.Close()
	}
	f.conns = nil
}

// talk answers one connection's commands until it ends.
func (f *front) talk(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 64<<10)
	out := &impatient{conn}
	s := &session{front: f, lasting: server.NewPeer(bufio.NewWriterSize(out, 64<<10)), passing: server.NewPeer(bufio.NewWriterSize(out, 4<<10))}
	defer s.unsubscribe()
	for {
		command, err := readCommand(in)
		if err != nil {
			return
		}
		if err := s.answer(command); err != nil {
			return
		}
		s.lasting.Flush()
		s.passing.Flush()
		if s.lasting.Closed() {
			return
		}
	}
}

// answer executes one command and leaves the reply in the peer's buffer. After an error there is nothing that could be replied.
func (s *session) answer(command []string) error {
	f := s.front
	switch classify(command) {
	case reads:
		f.lasting.Server().Dispatch(s.lasting, command)
	case subscribes:
		s.subscribed = true
		f.lasting.Server().Dispatch(s.lasting, command)
	case passes:
		s.passing.Resp3 = s.lasting.Resp3
		f.passing.dispatch(s.passing, command)
	case writes:
		return f.write(s.lasting, command)
	default:
		s.lasting.WriteError("ERR the embedded store does not take the command " + command[0])
	}
	return nil
}

// unsubscribe sees to it that a peer that has gone is not told anything any more.
func (s *session) unsubscribe() {
	if s.subscribed {
		s.front.lasting.Server().Dispatch(s.lasting, []string{"UNSUBSCRIBE"})
	}
}

// write appends a command to the journal and executes it. It returns when the command is on the disk: the reply, which is shorter than the
// peer's buffer, has not gone out before.
func (f *front) write(peer *server.Peer, command []string) error {
	j, number, err := f.execute(peer, command)
	if err != nil {
		peer.WriteError(unavailableWord + " " + err.Error())
		return nil
	}
	if j == nil {
		return nil
	}
	return j.sync(number)
}

// execute keeps the order of the journal that of execution. Without a journal in its answer nothing was done.
func (f *front) execute(peer *server.Peer, command []string) (j *journal, number uint64, err error) {
	f.order.Lock()
	defer f.order.Unlock()
	sha, text := scriptDigest(command)
	if sha != "" && !text && !f.known[sha] {
		// miniredis may know it from an earlier journal, but this one must have its text to be replayed.
		peer.WriteError("NOSCRIPT No matching script. Please use EVAL.")
		return nil, 0, nil
	}
	number, err = f.journal.append(command)
	if err != nil {
		return nil, 0, err
	}
	if text {
		f.known[sha] = true
	}
	j = f.journal
	f.lasting.Server().Dispatch(peer, command)
	f.grown(j.size)
	return j, number, nil
}

// scriptDigest names the script that a command runs, "" when it runs none, and tells whether its text is in the command.
func scriptDigest(command []string) (sha string, text bool) {
	if len(command) < 2 {
		return "", false
	}
	switch strings.ToUpper(command[0]) {
	case "EVAL":
		sum := sha1.Sum([]byte(command[1]))
		return hex.EncodeToString(sum[:]), true
	case "EVALSHA":
		return strings.ToLower(command[1]), false
	}
	return "", false
}

// impatient closes a connection whose other end does not read: miniredis tells subscribers of changes while it holds its lock.
type impatient struct{ net.Conn }

func (c *impatient) Write(p []byte) (int, error) {
	const patience = 5 * time.Second
	c.SetWriteDeadline(time.Now().Add(patience))
	n, err := c.Conn.Write(p)
	if err != nil {
		c.Close()
	}
	return n, err
}
