package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// liveLine is one line of a terminal that is drawn anew when something changes, but not too often, and each second.
type liveLine struct {
	to   *os.File
	text func() string

	mu    sync.Mutex
	drawn time.Time
	stop  chan struct{}
	ticks sync.WaitGroup
}

// often is how soon a line is drawn again.
const often = 100 * time.Millisecond

// newLiveLine begins a line of what text says, which must be clean. Its owner calls close.
func newLiveLine(to *os.File, text func() string) *liveLine {
	l := &liveLine{to: to, text: text, stop: make(chan struct{})}
	l.ticks.Go(func() {
		second := time.NewTicker(time.Second)
		defer second.Stop()
		for {
			select {
			case <-second.C:
				l.change(func() {})
			case <-l.stop:
				return
			}
		}
	})
	return l
}

// change changes what text speaks of; text is never called meanwhile.
func (l *liveLine) change(to func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	to()
	if time.Since(l.drawn) >= often {
		l.draw()
	}
}

func (l *liveLine) draw() {
	width, _, err := term.GetSize(int(l.to.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	// The last column stays free: a full line would begin a new one.
	fmt.Fprint(l.to, "\r", ansi.Truncate(l.text(), width-1, "…"), ansi.EraseLineRight)
	l.drawn = time.Now()
}

// close draws the line for the last time.
func (l *liveLine) close() {
	close(l.stop)
	l.ticks.Wait()
	l.draw()
	fmt.Fprintln(l.to)
}
