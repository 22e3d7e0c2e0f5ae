package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"errors"
	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Submit hands the job over in one transaction of the schedd. The identifier is the number of its cluster; task i is its process i.
//
// The script is idempotent: see scripts/submit.sh.
func (d *driver) Submit(ctx context.Context, job scheduler.Job) (scheduler.ID, error) {
	if err := description.Refuse(job); err != nil {
		return "", err
	}
	p, err := d.at(ctx)
	if err != nil {
		return "", err
	}
	kept, err := json.Marshal(facts{Tasks: job.Tasks(), Outputs: job.Outputs})
	if err != nil {
		return "", err
	}
	var inputs strings.Builder
	inputs.WriteString("inputs() {\n\t:\n")
	for _, in := range job.Inputs {
		fmt.Fprintf(&inputs, "\tinput %d %s\n", in.Size, words(in.Name))
	}
	inputs.WriteString("}\n")
	answer, err := d.ask(ctx, script{
		name: "condor_submit",
		file: "submit",
		define: inputs.String() +
			heredoc("write_description", description.Submit(job, description.Place{Dir: p.job(job.Token), Log: p.log()})) +
			heredoc("write_task", description.Task(job)) +
			heredoc("write_facts", string(kept)),
		call: words("submit", job.Token, strconv.Itoa(job.Tasks())),
	})
	if err != nil {
		return "", refusal(err)
	}
	id := strings.TrimSpace(answer["cluster"])
	if _, err := strconv.Atoi(id); err != nil {
		return "", fault.Unavailable.New("%s: condor_submit: nothing tells whether the job was taken: %q", d.point, id)
	}
	return scheduler.ID(id), nil
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
	return fault.Invalid.New("the pool refuses the job: %w", failed)
}
