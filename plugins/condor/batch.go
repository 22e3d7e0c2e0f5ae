package main

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/command"
	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// batch is one call of SubmitBatch.
type batch struct {
	driver *driver
	place  *place
	jobs   map[string]scheduler.Job
	order  []string // the tokens that nothing was yielded for
	yield  func(scheduler.Submitted) error
	cut    error // why the last attempt has no answer, if it was the connection
	doubt  bool  // an attempt had no answer: the schedd may have its jobs, whatever is told of the next
}

const (
	// largestBatch bounds what one script hands over: it may ask the schedd about all of it.
	largestBatch = 500
	// mostRounds is how often jobs are tried that somebody else is handing over; each round waits for that for up to 30 seconds.
	mostRounds = 3
)

// run hands over everything. What another call is handing over meanwhile is tried again; so is, each alone, what condor_submit refused together.
func (b *batch) run(ctx context.Context) error {
	for round := 1; len(b.order) > 0; round++ {
		var again, alone []string
		for some := range slices.Chunk(b.order, largestBatch) {
			busy, refused, err := b.handOver(ctx, some, false)
			if err != nil {
				return b.driver.doubtful(b.doubt, err)
			}
			again, alone = append(again, busy...), append(alone, refused...)
		}
		for some := range slices.Chunk(alone, largestBatch) {
			busy, _, err := b.handOver(ctx, some, true)
			if err != nil {
				return b.driver.doubtful(b.doubt, err)
			}
			again = append(again, busy...)
		}
		if b.order = again; round == mostRounds {
			break
		}
	}
	for _, token := range b.order {
		if err := b.yield(scheduler.Submitted{Token: token, Err: b.gaveUp(token)}); err != nil {
			return err
		}
	}
	return nil
}

// handOver runs the script once. busy are those that somebody else is handing over, refused those that were refused together with others.
func (b *batch) handOver(ctx context.Context, tokens []string, alone bool) (busy, refused []string, err error) {
	attempt := strings.ToLower(rand.Text())
	handing := newHanding(b.place, attempt)
	for _, token := range tokens {
		if err := handing.add(b.jobs[token], alone); err != nil {
			return nil, nil, err
		}
	}
	define, err := handing.define()
	if err != nil {
		return nil, nil, err
	}
	answer, err := b.driver.ask(ctx, script{
		name: "condor_submit", file: "submit", define: define, once: true, call: words(append([]string{"submit", attempt}, tokens...)...),
	})
	if errors.Is(err, access.ErrCut) && ctx.Err() == nil {
		// Another attempt finds out what this one has done.
		b.cut, b.doubt = err, true
		return tokens, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	b.cut = nil
	told := make(map[string]string)
	for line := range strings.Lines(answer["jobs"]) {
		token, what, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		told[token] = what
	}
	for _, token := range tokens {
		what := told[token]
		state, rest, _ := strings.Cut(what, " ")
		if state == "busy" || state == "" {
			busy = append(busy, token)
			continue
		}
		id, err := b.outcome(state, rest, answer)
		if errors.Is(err, errRefused) && !alone && handing.shares(token) {
			refused = append(refused, token)
			continue
		}
		if err := b.yield(scheduler.Submitted{Token: token, ID: id, Err: err}); err != nil {
			return nil, nil, err
		}
	}
	return busy, refused, nil
}

// errRefused marks a job that this pool will never take.
var errRefused = errors.New("the pool refuses the job")

// outcome is what one line of the script's answer says.
func (b *batch) outcome(state, rest string, answer answer) (scheduler.ID, error) {
	switch state {
	case "id":
		return scheduler.ID(rest), nil
	case "cancelled":
		return "", fault.Conflict.New("%s: the job has been cancelled", b.driver.point)
	case "removed":
		return "", fault.Conflict.New("%s: the job has ended and was removed", b.driver.point)
	case "input":
		return "", fault.Conflict.New("input %q has not been uploaded whole: upload it again and then submit again", rest)
	case "failed":
		group, status, _ := strings.Cut(rest, " ")
		code, _ := strconv.Atoi(status)
		said := strings.TrimSpace(answer["err "+group])
		if code == exitUnused {
			return "", fault.Invalid.New("options: %s", command.Unused(said))
		}
		return "", refusal(b.driver.explain(&access.ScriptError{Name: "condor_submit", Code: code, Stderr: said}))
	}
	return "", fault.Internal.New("%s: the script says %q of a job", b.driver.point, state)
}

// refusal tells a job that this pool will never take from one that it cannot take now: condor_submit has looked at the job itself, and says what it does
// not like of it ("ERROR: …").
func refusal(err error) error {
	var failed *access.ScriptError
	if !errors.As(err, &failed) || failed.Code != 1 || !strings.Contains(failed.Stderr, "ERROR") {
		return err
	}
	if _, known := meaning(failed); known {
		return err
	}
	return fault.Invalid.New("%w: %w", errRefused, failed)
}

// refuse tells what is wrong with a job before anything is sent.
func (d *driver) refuse(job scheduler.Job) error {
	if !scheduler.ValidToken(job.Token) {
		return fault.Invalid.New("%q is no token", job.Token)
	}
	if err := command.Check(job.Options); err != nil {
		return err
	}
	return description.Refuse(job)
}
