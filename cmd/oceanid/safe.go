package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// safe is w, or, if w is a terminal, a writer that keeps from it what could do more than be read: of all escape sequences only those for colours pass.
func (a *app) safe(w io.Writer) io.Writer {
	if _, ok := terminal(w); !ok {
		return w
	}
	return newSafeWriter(w)
}

func newSafeWriter(w io.Writer) *safeWriter {
	s := &safeWriter{to: w, parser: ansi.NewParser()}
	s.parser.SetHandler(ansi.Handler{
		Print: func(r rune) { s.pass.WriteRune(r) },
		Execute: func(b byte) {
			if strings.IndexByte("\n\t\r\b", b) >= 0 {
				s.pass.WriteByte(b)
			}
		},
		HandleCsi: func(c ansi.Cmd, p ansi.Params) {
			if c.Final() == 'm' && c.Prefix() == 0 && c.Intermediate() == 0 {
				s.pass.WriteString("\x1b[" + parameters(p) + "m")
			}
		},
	})
	return s
}

type safeWriter struct {
	to     io.Writer
	parser *ansi.Parser
	pass   bytes.Buffer
}

// Write passes on what is harmless. A sequence that a later Write completes is kept until then.
func (s *safeWriter) Write(b []byte) (int, error) {
	for _, c := range b {
		s.parser.Advance(c)
	}
	defer s.pass.Reset()
	if _, err := s.to.Write(s.pass.Bytes()); err != nil {
		return 0, err
	}
	return len(b), nil
}

// parameters writes those of a sequence down again.
func parameters(p ansi.Params) string {
	var b strings.Builder
	p.ForEach(0, func(i, n int, more bool) {
		fmt.Fprint(&b, n)
		switch {
		case more:
			b.WriteByte(':')
		case i < len(p)-1:
			b.WriteByte(';')
		}
	})
	return b.String()
}
