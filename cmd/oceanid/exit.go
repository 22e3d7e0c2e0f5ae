package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// The exit codes. Scripts use them: none ever changes its meaning.
const (
	exitOK            = 0
	exitFailure       = 1
	exitInvalid       = 2
	exitNotFound      = 3
	exitDenied        = 4
	exitUnavailable   = 5
	exitConflict      = 6
	exitUnsupported   = 7
	exitJobFailed     = 10
	exitJobCancelled  = 11
	exitJobLost       = 12
	exitNonconforming = 13
	exitResults       = 14
	exitHalfway       = 15
)

// exit is one code with what leads to it.
type exit struct {
	code   int
	means  string
	kinds  []fault.Kind
	states []scheduler.State
}

// exits are all codes; what is in none of them is exitFailure.
func exits() []exit {
	return []exit{
		{code: exitOK, means: "done; a job that was waited for has succeeded", states: []scheduler.State{scheduler.Succeeded}},
		{code: exitFailure, means: "a failure that no other code describes, such as a driver that crashed", kinds: []fault.Kind{fault.Internal, fault.Crashed}},
		{code: exitInvalid, means: "a wrong command line, configuration or job; trying again is useless", kinds: []fault.Kind{fault.Invalid}},
		{code: exitNotFound, means: "no scheduler, job, driver or file of that name", kinds: []fault.Kind{fault.NotFound}},
		{code: exitDenied, means: "denied: a wrong password, a changed host key, a scheduler that the file manages", kinds: []fault.Kind{fault.Denied}},
		{code: exitUnavailable, means: "the pool, the store or the network does not answer, or a limit is reached; trying again may help",
			kinds: []fault.Kind{fault.Unavailable, fault.Timeout, fault.Exhausted}},
		{code: exitConflict, means: "the name is in use, somebody changed it meanwhile, or its state forbids it", kinds: []fault.Kind{fault.Exists, fault.Conflict}},
		{code: exitUnsupported, means: "this driver or pool cannot do that", kinds: []fault.Kind{fault.Unsupported}},
		{code: exitJobFailed, means: "the job that was waited for has failed", states: []scheduler.State{scheduler.Failed}},
		{code: exitJobCancelled, means: "the job that was waited for was cancelled", states: []scheduler.State{scheduler.Cancelled}},
		{code: exitJobLost, means: "the job that was waited for is lost: its pool does not know it any more", states: []scheduler.State{scheduler.Lost}},
		{code: exitNonconforming, means: "the driver that was tested breaks a promise: a check of its conformance failed"},
		{code: exitResults, means: "the job that was waited for has ended, and its results could not be brought"},
		{code: exitHalfway, means: "of the jobs of a file only some were submitted; all of it again doubles those without a key"},
		{code: 130, means: "interrupted by Ctrl-C (143: by SIGTERM); jobs go on"},
	}
}

// codeOf is the exit code for an error; of several, for the first.
func codeOf(err error) int {
	if own := interface{ code() int }(nil); errors.As(err, &own) {
		return own.code()
	}
	kind := fault.Of(err)
	for _, e := range exits() {
		if slices.Contains(e.kinds, kind) {
			return e.code
		}
	}
	return exitFailure
}

// ended is the error of waiting for a job that did not succeed.
type ended struct {
	id     string
	state  scheduler.State
	reason string
}

func (e *ended) Error() string {
	words := map[scheduler.State]string{scheduler.Failed: "has failed", scheduler.Cancelled: "was cancelled", scheduler.Lost: "is lost"}[e.state]
	return strings.TrimSuffix(fmt.Sprintf("job %s %s: %s", e.id, words, why(e.state, e.reason)), ": ")
}

// why is the first of some words that says more than the state does.
func why(s scheduler.State, words ...string) string {
	for _, w := range words {
		if w != "" && w != string(s) {
			return w
		}
	}
	return ""
}

func (e *ended) code() int {
	for _, x := range exits() {
		if slices.Contains(x.states, e.state) {
			return x.code
		}
	}
	return exitFailure
}

// newExitCodes is a page of help: oceanid help exit-codes.
func newExitCodes() *cobra.Command {
	var b strings.Builder
	b.WriteString("Exit codes of oceanid, for scripts:\n\n")
	for _, e := range exits() {
		fmt.Fprintf(&b, "  %3d  %s\n", e.code, e.means)
	}
	b.WriteString("\nOf several failures the first one counts.")
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: b.String()}
}
