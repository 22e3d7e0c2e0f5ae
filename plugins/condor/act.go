package main

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// action is what one of HTCondor's tools does to jobs. They are named by their tokens, and so never another one that a pool set up anew has given the
// same number.
type action struct {
	// tool is for errors.
	tool string
	// file is as in script, and call calls it for some tokens.
	file string
	call func(tokens []string) string
}

// noSuchJobs is what the tools say when no job fits the constraint: there is nothing to do.
var noSuchJobs = regexp.MustCompile(`^Couldn't find/(remove|hold|release|suspend|continue) all jobs matching constraint`)

// act does it to the jobs. It returns when the schedd has taken the request.
func (d *driver) act(ctx context.Context, a action, jobs []scheduler.Ref) error {
	if len(jobs) == 0 {
		return nil
	}
	if _, err := d.at(ctx); err != nil {
		return err
	}
	var tokens []string
	for _, ref := range jobs {
		if !scheduler.ValidToken(ref.Token) {
			return fault.Invalid.New("job %s: %q is no token", ref.ID, ref.Token)
		}
		tokens = append(tokens, ref.Token)
	}
	for some := range slices.Chunk(tokens, mostNamed) {
		answer, err := d.ask(ctx, script{name: a.tool, file: a.file, call: a.call(some)})
		if err != nil {
			return err
		}
		said := strings.TrimSpace(answer["said"])
		code, err := strconv.Atoi(strings.TrimSpace(answer["code"]))
		if err != nil {
			return fault.Unavailable.New("%s: %s: nothing tells whether it came through", d.point, a.tool)
		}
		if code != 0 && !noSuchJobs.MatchString(said) {
			return d.explain(d.clearer(ctx, &access.ScriptError{Name: a.tool, Code: code, Stderr: said}))
		}
	}
	return nil
}
