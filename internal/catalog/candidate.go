package catalog

import "github.com/oceanid/oceanid/internal/supervise"

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
	// Checksum is "sha256:" and hex digits; "" when built in, or when the file cannot be read.
	Checksum string
	// Version and Summary are what the driver said of itself; empty until it was asked, by this host or one before.
	Version, Summary string
	// Status tells the state of its process; State is Refused, with the Reason, if it is not to be run.
	supervise.Status
}
