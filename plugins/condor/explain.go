package main

import (
	"errors"
	"regexp"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/sdk/fault"
)

// The exit codes of the scripts, after sysexits.h. HTCondor's tools all exit with 1: what they mean is in their words.
const (
	exitUnused = 65
	// exitUnknown is that the schedd may have the jobs (tools/submit.sh).
	exitUnknown   = 75
	exitNoCommand = 127
)

// What HTCondor's tools say, by what it means. The first that matches counts.
var meanings = []struct {
	kind fault.Kind
	says *regexp.Regexp
}{
	{fault.Exhausted, regexp.MustCompile(`would exceed MAX_JOBS|No space left on device|[Dd]isk quota exceeded`)},
	{fault.Denied, regexp.MustCompile(`SECMAN:2010|DENIED|[Nn]ot authorized|Permission denied|OWNER_NOT_ALLOWED|` +
		// With a word of the schedd's own it has answered: a SUBMIT_REQUIREMENT of the pool is not met, and nothing is in the queue.
		`Failed to commit job submission into the queue\.\s+ERROR: \S`)},
	// A connection that breaks while it is made sure who calls is told as AUTHENTICATE too, so that is the last word on nothing.
	{fault.Unavailable, regexp.MustCompile(`AUTHENTICATE:|Can't find address|CEDAR:6001|SECMAN:20(0[0-9]|1[1-9])|Failed to connect|Unable to connect|Failed to fetch ads|Error: \(null\)|` +
		`Failed submission for job|Failed to create proc|Failed to create cluster|Failed to commit|Failed to end|Extra Info: You probably saw this error because the condor_schedd is not running|` +
		`Input/output error|Resource temporarily unavailable|Cannot allocate memory|Cannot fork`)},
}

// explain gives a failed script its kind. What nothing is known of is Unavailable: trying again cannot do harm.
func (d *driver) explain(err error) error {
	var failed *access.ScriptError
	if !errors.As(err, &failed) {
		return err
	}
	switch {
	case failed.Code == exitNoCommand || notFound.MatchString(failed.Stderr):
		return fault.Invalid.New("%s has not what the driver needs, or not on the PATH that a command gets (set tools to the folder of HTCondor's tools): %w", d.point, err)
	}
	if d.elsewhere != nil {
		if wrong := d.elsewhere.wrongToken(); wrong != nil {
			if failed.Code == exitUnknown {
				// A refusal would be the last word on a job that may be at the pool.
				return fault.Unavailable.New("%s: nothing tells whether the job was taken: %w (%w)", d.point, wrong, err)
			}
			return fault.Denied.New("%s: %w (%w)", d.point, wrong, err)
		}
	}
	if kind, known := meaning(failed); known && failed.Code != exitUnknown {
		return kind.New("%s: %w", d.point, err)
	}
	return fault.Unavailable.New("%s: %w", d.point, err)
}

// doubtful makes a refusal none, where something was handed over before and nothing tells whether it was taken: it would be the last word on a job that may be at
// the pool.
func (d *driver) doubtful(doubt bool, err error) error {
	if doubt && fault.Of(err) == fault.Denied {
		return fault.Unavailable.New("%s: nothing tells whether the pool has taken what was handed over before the connection broke: %w", d.point, err)
	}
	return err
}

// notFound is what the shells say when they do not find one of HTCondor's tools.
var notFound = regexp.MustCompile(`condor_\w+: (command )?not found|condor_\w+['’]?: No such file or directory`)

// meaning is what HTCondor's words mean, where that is known.
func meaning(failed *access.ScriptError) (fault.Kind, bool) {
	for _, m := range meanings {
		if m.says.MatchString(failed.Stderr) {
			return m.kind, true
		}
	}
	return "", false
}
