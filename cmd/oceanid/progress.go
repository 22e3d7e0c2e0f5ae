package main

import (
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// progress tells how far a download is.
type progress interface {
	report(f scheduler.File, have int64)
	close()
}

// progress draws a line on a terminal, and says nothing elsewhere.
func (a *app) progress(job *host.Job) progress {
	to, ok := terminal(a.err)
	if !ok || a.format == asJSON {
		return noProgress{}
	}
	p := &fileProgress{tasks: job.Tasks}
	p.liveLine = newLiveLine(to, func() string {
		text := fmt.Sprintf("%s, %s", english.Plural(p.whole, "file", ""), humanize.IBytes(uint64(p.size+p.have)))
		if p.have > 0 {
			text += fmt.Sprintf("  %s: %s of %s", clean(below(p.now, p.tasks)), humanize.IBytes(uint64(p.have)), humanize.IBytes(uint64(p.now.Size)))
		}
		return text
	})
	return p
}

type noProgress struct{}

func (noProgress) report(scheduler.File, int64) {}
func (noProgress) close()                       {}

// fileProgress is how many files are whole, and how much there is of the one that comes now.
type fileProgress struct {
	*liveLine
	tasks, whole int
	size, have   int64
	now          scheduler.File
}

func (p *fileProgress) report(f scheduler.File, have int64) {
	p.change(func() {
		if p.now, p.have = f, have; f.SHA256 != "" {
			p.whole, p.size, p.have = p.whole+1, p.size+f.Size, 0
		}
	})
}
