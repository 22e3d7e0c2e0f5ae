package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/supervise"
)

// Source is how a candidate came to be known.
type Source string

// The sources.
const (
	FromBlock  Source = "configuration"
	FromFolder Source = "folder"
	BuiltIn    Source = "built in"
)

// Refused is the state of a candidate that is not run. The others are those of package supervise.
const Refused supervise.State = "refused"

// Candidate is something that is, or might have been, a driver.
type Candidate struct {
	Name   string
	Path   string // "" when built in
	Source Source
	// Checksum is "sha256:" and hex digits, of what runs or else of the file; "" when built in, or when the file was refused before it was read.
	Checksum string
	// Version and Summary are what the driver said of itself; empty until it was asked, by this host or one before.
	Version, Summary string
	// Kept says why what was there last is not used, while the one before it goes on; "": nothing was refused.
	Kept string
	// LastCrash is how a process of it ended last that was not stopped, with its panic and the last lines of its log; nil: none did. It is still
	// there when another process runs well.
	LastCrash *launch.Crash
	// Status tells the state of its process; State is Refused, with the Reason, if it is not to be run.
	supervise.Status
}

// Candidates are all that were found, named or built in, by name, and of one name the one that is used first; the refused ones with their reason. It
// looks at every executable that does not run as it is now, and starts none.
func (c *Catalog) Candidates() []Candidate {
	entries := c.candidates.Load().entries
	all := make([]Candidate, 0, len(entries))
	for _, e := range entries {
		all = append(all, e.candidate())
	}
	// Entries stand in the order in which they win.
	slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func (e *entry) candidate() Candidate {
	c := Candidate{Name: e.name, Path: e.path, Source: e.source}
	if e.supervisor != nil {
		c.Status = e.supervisor.Status()
	}
	errors.As(c.Crash, &c.LastCrash)
	if c.Status.Refused != nil {
		c.Kept = e.reason(c.Status.Refused)
	}
	if c.State == supervise.Ready || c.State == supervise.Draining {
		sum, said := e.memory.get()
		c.Checksum, c.Version, c.Summary = sum, said.GetVersion(), oneLine(said.GetSummary())
		return c
	}
	sum, said, err := e.inspect()
	c.Checksum, c.Version, c.Summary = sum, said.GetVersion(), oneLine(said.GetSummary())
	if err != nil {
		c.State, c.Err, c.Reason = Refused, err, e.reason(err)
	}
	return c
}

// reason leaves out of an error what stands beside it in a list.
func (e *entry) reason(err error) string {
	text := strings.TrimPrefix(err.Error(), fmt.Sprintf("driver %q: ", e.name))
	return strings.TrimPrefix(text, e.path+": ")
}

// oneLine makes a driver's own words harmless in a list.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, s)
}
