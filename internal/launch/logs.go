package launch

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

const (
	longestLine    = 64 << 10
	linesPerSecond = 1000
	tailLines      = 50
	longestInTail  = 1 << 10
	longestTrace   = 16 << 10
)

// logs puts what a driver writes into the host's log, and keeps the last of it for when the driver crashes. A driver may write anything: every line is
// checked, cut, cleaned and counted here. go-plugin, which would crash on some lines, sees none.
type logs struct {
	to   hclog.Logger
	hide func(string) string

	mu      sync.Mutex
	second  time.Time // in which lines were counted
	lines   int
	dropped int
	tail    []string
	trace   strings.Builder
	tracing bool
}

// read reads lines until r ends.
func (l *logs) read(r io.Reader) {
	in := bufio.NewReaderSize(r, longestLine)
	for {
		line, err := in.ReadSlice('\n')
		if cut := errors.Is(err, bufio.ErrBufferFull); cut {
			l.line(line, true)
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = in.ReadSlice('\n')
			}
		} else if len(line) > 0 {
			l.line(line, false)
		}
		if err != nil {
			return
		}
	}
}

// line takes one line; cut says that there was more of it.
func (l *logs) line(line []byte, cut bool) {
	line = []byte(l.hide(string(bytes.TrimRight(line, "\r\n"))))
	l.mu.Lock()
	defer l.mu.Unlock()
	isTrace := l.follow(line)
	if len(line) == 0 {
		return
	}
	if !l.admit(time.Now()) {
		l.keep(clean(string(line[:min(len(line), longestInTail)])))
		return
	}
	r := parse(line)
	switch {
	case cut:
		r.fields = append(r.fields, "cut_at", longestLine)
	case isTrace:
		r.level = hclog.Error
	}
	l.keep(r.String())
	if r.level >= l.to.GetLevel() && l.to.GetLevel() != hclog.Off {
		l.to.Log(r.level, r.message, r.fields...)
	}
}

// follow collects the trace of a panic, from its first line on; l.mu is held.
func (l *logs) follow(line []byte) bool {
	if len(line) > 0 && line[0] == '{' {
		return false
	}
	for _, start := range []string{"panic: ", "fatal error: ", "Traceback (most recent call last):"} {
		if bytes.HasPrefix(line, []byte(start)) && !l.tracing {
			l.tracing = true
			l.trace.Reset()
		}
	}
	if l.tracing && l.trace.Len() < longestTrace {
		l.trace.WriteString(clean(string(line[:min(len(line), longestInTail)])))
		l.trace.WriteByte('\n')
	}
	return l.tracing
}

// admit counts a line and tells whether it may be logged; l.mu is held.
func (l *logs) admit(now time.Time) bool {
	if now.Sub(l.second) >= time.Second {
		l.report()
		l.second, l.lines = now, 0
	}
	l.lines++
	if l.lines <= linesPerSecond {
		return true
	}
	if l.dropped == 0 {
		l.to.Warn("the driver logs too much: lines are dropped for the rest of this second", "lines_per_second", linesPerSecond)
	}
	l.dropped++
	return false
}

// report says how many lines were dropped; l.mu is held.
func (l *logs) report() {
	if l.dropped > 0 {
		l.to.Warn("lines of the driver's log were dropped", "lines", l.dropped)
		l.dropped = 0
	}
}

// keep adds a line to those that a crash is told with; l.mu is held.
func (l *logs) keep(line string) {
	if len(line) > longestInTail {
		line = strings.ToValidUTF8(line[:longestInTail], "") + " …"
	}
	if len(l.tail) == tailLines {
		l.tail = append(l.tail[:0], l.tail[1:]...)
	}
	l.tail = append(l.tail, line)
}

// end is called when nothing more comes. It gives the last lines and the trace of a panic.
func (l *logs) end() (tail []string, trace string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.report()
	return append(tail, l.tail...), strings.TrimRight(l.trace.String(), "\n")
}

// writer takes what the driver's code prints to its standard output and error, in pieces of any size.
type writer struct {
	logs *logs
	mu   sync.Mutex
	pace pace
	part []byte
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pace.spend(len(p))
	for rest := p; len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte{'\n'})
		room := longestLine - len(w.part)
		w.part = append(w.part, line[:min(len(line), room)]...)
		if whole {
			w.logs.line(w.part, len(line) > room)
			w.part = w.part[:0]
		}
		rest = after
	}
	return len(p), nil
}
