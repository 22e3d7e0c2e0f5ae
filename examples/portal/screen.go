package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// screen is where the portal says how it goes: on a terminal with one line at the bottom that changes in its place; elsewhere line by line, one for each change.
type screen struct {
	out      *os.File
	terminal bool
	colour   bool

	mu    sync.Mutex
	line  func() string // nil: there is no live line
	drawn string
	ticks sync.WaitGroup
	stop  chan struct{}
}

func newScreen(out *os.File) *screen {
	s := &screen{out: out, terminal: term.IsTerminal(int(out.Fd())) && os.Getenv("TERM") != "dumb", stop: make(chan struct{})}
	s.colour = s.terminal && os.Getenv("NO_COLOR") == ""
	s.ticks.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for s.terminal {
			select {
			case <-tick.C:
				s.change(func() {})
			case <-s.stop:
				return
			}
		}
	})
	return s
}

func (s *screen) close() {
	s.still()
	close(s.stop)
	s.ticks.Wait()
}

// say writes a line for good.
func (s *screen) say(format string, args ...any) {
	fmt.Fprintln(s, clean(fmt.Sprintf(format, args...)))
}

// Write puts whole lines above the live one; the host's log comes here, too.
func (s *screen) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	n, err := s.out.Write(text)
	s.draw()
	return n, err
}

// live begins a line that changes; line is never called while change runs.
func (s *screen) live(line func() string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line = line
	s.draw()
}

// change changes what the live line speaks of.
func (s *screen) change(to func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to()
	s.erase()
	s.draw()
}

// still leaves the live line as it stands.
func (s *screen) still() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line != nil && s.terminal {
		fmt.Fprintln(s.out)
	}
	s.line, s.drawn = nil, ""
}

func (s *screen) erase() {
	if s.line != nil && s.terminal {
		fmt.Fprint(s.out, "\r", ansi.EraseLineRight)
	}
}

func (s *screen) draw() {
	if s.line == nil {
		return
	}
	text := s.line()
	if s.terminal {
		width, _, err := term.GetSize(int(s.out.Fd()))
		if err != nil || width < 20 {
			width = 80
		}
		// The last column stays free: a full line would begin a new one.
		fmt.Fprint(s.out, ansi.Truncate(text, width-1, "…"))
		return
	}
	// Without a terminal only what is new is worth a line.
	if text != s.drawn {
		s.drawn = text
		fmt.Fprintln(s.out, text)
	}
}

// style is the parameter of the escape sequence that switches a colour on.
type style string

const faint style = "2"

func styleOf(s scheduler.State) style {
	switch s {
	case scheduler.Running:
		return "36"
	case scheduler.Succeeded:
		return "32"
	case scheduler.Failed:
		return "31"
	case scheduler.Held, scheduler.Suspended, scheduler.Cancelled:
		return "33"
	case scheduler.Lost:
		return "35"
	}
	return faint
}

func (s *screen) paint(with style, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + string(with) + "m" + text + "\x1b[0m"
}

// clean takes away what a terminal would act on: what is said quotes the pool and the model.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || 0x80 <= r && r < 0xa0 {
			return -1
		}
		return r
	}, ansi.Strip(text))
}
