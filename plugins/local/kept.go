package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// kept is a job as its folder holds it, in job.json, from Submit on and without change.
type kept struct {
	// Format is that of the job's folder; a keeper leaves alone what has one that it does not know.
	Format    int           `json:"format"`
	Submitted time.Time     `json:"submitted"`
	Job       scheduler.Job `json:"job"`
	// Slots is how many each task takes.
	Slots int `json:"slots"`
	// Base is the environment that the pool gives: that of the driver that took the job, cleaned.
	Base map[string]text `json:"base"`

	// What must arrive byte for byte is here instead of in Job.
	Command text            `json:"command"`
	Args    []text          `json:"args,omitempty"`
	Rows    [][]text        `json:"rows,omitempty"`
	Env     map[string]text `json:"env,omitempty"`
}

const keptFormat = 1

func keptPath(jobFolder string) string { return filepath.Join(jobFolder, "job.json") }

// keep is the job as it will be kept.
func keep(job scheduler.Job, now time.Time) kept {
	k := kept{Format: keptFormat, Submitted: now, Slots: slotsOf(job), Base: make(map[string]text), Command: text(job.Command), Args: texts(job.Args)}
	for name, value := range cleanEnvironment() {
		k.Base[name] = text(value)
	}
	k.Env = make(map[string]text)
	for name, value := range job.Env {
		k.Env[name] = text(value)
	}
	if job.Array != nil {
		for _, row := range job.Array.Args {
			k.Rows = append(k.Rows, texts(row))
		}
		job.Array = &scheduler.Array{Count: job.Array.Count, Indices: job.Array.Indices}
	}
	job.Inputs = slices.Clone(job.Inputs)
	for i := range job.Inputs {
		job.Inputs[i].Path, job.Inputs[i].Data = "", nil
	}
	job.Command, job.Args, job.Env = "", nil, nil
	k.Job = job
	return k
}

// readKept is the job in the folder.
func readKept(jobFolder string) (*kept, error) {
	content, err := os.ReadFile(keptPath(jobFolder))
	if err != nil {
		return nil, err
	}
	k := &kept{}
	if err := json.Unmarshal(content, k); err != nil {
		return nil, fmt.Errorf("%s: %w", keptPath(jobFolder), err)
	}
	if k.Format != keptFormat || k.Job.Tasks() < 1 {
		return nil, fmt.Errorf("%s: format %d with %d tasks: written by another version of this driver?", keptPath(jobFolder), k.Format, k.Job.Tasks())
	}
	return k, nil
}

// start is what is known about the tasks when nothing has happened yet.
func (k *kept) start() runs {
	return runs{{Count: k.Job.Tasks(), State: scheduler.Queued, Time: k.Submitted}}
}

// argv are the command and the arguments of a task.
func (k *kept) argv(task int) []string {
	argv := append([]string{string(k.Command)}, stringsOf(k.Args)...)
	if len(k.Rows) > 0 {
		argv = append(argv, stringsOf(k.Rows[task])...)
	}
	return argv
}
