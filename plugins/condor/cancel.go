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

// Cancel removes the jobs by their tokens, and so never another one that a pool set up anew has given the same number. By a constraint condor_rm
// removes a factory together with the jobs that it has made.
func (d *driver) Cancel(ctx context.Context, jobs []scheduler.Ref) error {
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
		if err := d.remove(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// nothingToRemove is condor_rm when no job fits the constraint: all have ended.
var nothingToRemove = regexp.MustCompile(`^Couldn't find/remove all jobs matching constraint`)

func (d *driver) remove(ctx context.Context, tokens []string) error {
	answer, err := d.ask(ctx, script{
		name: "condor_rm", file: "cancel",
		call: words(append([]string{"cancel", anyOf(tokens)}, tokens...)...),
	})
	if err != nil {
		return err
	}
	said := strings.TrimSpace(answer["removed"])
	code, err := strconv.Atoi(strings.TrimSpace(answer["code"]))
	if err != nil {
		return fault.Unavailable.New("%s: condor_rm: nothing tells whether it came through", d.point)
	}
	if code == 0 || nothingToRemove.MatchString(said) {
		return nil
	}
	return d.explain(&access.ScriptError{Name: "condor_rm", Code: code, Stderr: said})
}
