package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// style is the parameter of the escape sequence that switches a colour on.
type style string

const (
	faint  style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	purple style = "35"
	cyan   style = "36"
)

// painted is text with a style. The text alone says everything: colours are for the quick eye only.
type painted struct {
	text  string
	style style
}

// painter makes of painted text what is printed.
type painter func(painted) string

// painter is one that paints, if w is a terminal whose user has nothing against it (no-color.org).
func (a *app) painter(w io.Writer) painter {
	no, _ := a.env("NO_COLOR")
	kind, _ := a.env("TERM")
	if _, ok := terminal(w); !ok || no != "" || kind == "dumb" {
		return func(p painted) string { return p.text }
	}
	return func(p painted) string {
		if p.style == "" {
			return p.text
		}
		return "\x1b[" + string(p.style) + "m" + p.text + "\x1b[0m"
	}
}

func state(s scheduler.State) painted {
	return painted{string(s), map[scheduler.State]style{
		scheduler.Pending: faint, scheduler.Queued: faint, scheduler.Running: cyan, scheduler.Held: yellow, scheduler.Suspended: yellow,
		scheduler.Succeeded: green, scheduler.Failed: red, scheduler.Cancelled: yellow, scheduler.Lost: purple,
	}[s]}
}

// terminal tells whether a stream is one.
func terminal(stream any) (*os.File, bool) {
	if s, ok := stream.(*shared); ok {
		stream = s.to
	}
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}
