package config

import (
	"fmt"
	"os"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Wanted is a block `job "NAME"` or `workflow "NAME"`: what somebody wants to run. The File it comes from does nothing with it.
type Wanted struct {
	// Name is the label, unique among the jobs and workflows of a file, and their name where the block gives none.
	Name string
	// Scheduler is the name of a scheduler; "": the block leaves that to whoever submits it.
	Scheduler string
	// Job is what a block `job` asks for, checked as far as that needs no pool. Paths of inputs and results are absolute.
	Job scheduler.Job
	// Workflow is what a block `workflow` asks for, in place of Job; nil for a job.
	Workflow *scheduler.Workflow
	// Block is where it stands.
	Block *Block

	file *File
}

// LoadJobs reads the jobs and workflows of a file, or of a folder, in the order in which they stand there. It may be a configuration with schedulers and
// all else as well, which is checked, as Load does it, and then left alone. Besides, every input must be there and readable. A file without a job is
// fault.NotFound; other errors are those of Load.
//
// With names only the jobs and workflows of those names must be in order; of the others that are not, what could be read is given back.
func LoadJobs(path string, names ...string) ([]Wanted, error) {
	l, err := load("job file", path)
	if err != nil {
		return nil, err
	}
	f := l.file
	if err := failure(f.diagnostics(nil, nil, append(l.of(names), missing(l.inputsOf(names))...))); err != nil {
		return nil, err
	}
	if len(f.Wanted) == 0 {
		return nil, fault.NotFound.New("%s holds no job and no workflow: write job \"NAME\" { command = … }", path)
	}
	return f.Wanted, nil
}

// Invalid is an error at an attribute of the block, as that of File.Invalid.
func (w Wanted) Invalid(key, summary, hint string) error {
	return w.file.Invalid(w.Block, key, summary, hint)
}

// Refused is the error of a host or driver that does not take the job or workflow, with its kind, told where it was written: at the attribute of that key, or,
// where that is "", at the one that the error names, or at the block. Without an error it is nil.
func (w Wanted) Refused(key string, err error) error {
	if err == nil {
		return nil
	}
	m := w.Block.complaint(err.Error())
	if key != "" {
		m.at, m.key = w.Block.at(key), key
	}
	return fault.Of(err).New("%w", failure(w.file.diagnostics(w.Block, w.Block.schema, []mark{m})))
}

// local is a file of this machine that a block names.
type local struct {
	at   hcl.Range
	path string
}

// findings are the marks and inputs that one job or workflow has: those from one number up to another.
type findings struct {
	name          string
	marks, inputs [2]int
}

// of are the marks but for those of jobs and workflows with other names; without names all.
func (l *loader) of(names []string) (some []mark) {
	for i, m := range l.marks {
		if !slices.ContainsFunc(l.wishes, func(w findings) bool { return w.marks[0] <= i && i < w.marks[1] && w.beside(names) }) {
			some = append(some, m)
		}
	}
	return some
}

// inputsOf is of for inputs.
func (l *loader) inputsOf(names []string) (some []local) {
	for i, in := range l.locals {
		if !slices.ContainsFunc(l.wishes, func(w findings) bool { return w.inputs[0] <= i && i < w.inputs[1] && w.beside(names) }) {
			some = append(some, in)
		}
	}
	return some
}

func (w findings) beside(names []string) bool {
	return len(names) > 0 && !slices.Contains(names, w.name)
}

// missing is what is wrong with files that must be there.
func missing(files []local) (marks []mark) {
	for _, l := range files {
		info, err := os.Stat(l.path)
		switch {
		case err != nil:
			marks = append(marks, mark{at: l.at, summary: fmt.Sprintf("the input cannot be read: %s", cause(err)), hint: "a relative path is relative to the folder of this file"})
		case !info.Mode().IsRegular():
			marks = append(marks, mark{at: l.at, summary: "the input is not a regular file", hint: "name each file by itself"})
		}
	}
	return marks
}

// wanted takes a block "job" or "workflow".
func (l *loader) wanted(t *text, b *Block) {
	for _, other := range l.file.Wanted {
		if other.Name == b.Name {
			l.mark(b.label(), "give one of them another name", "the name %q is used twice, first at %s", b.Name, placeOf(other.Block.label()))
			return
		}
	}
	w := Wanted{Name: b.Name, Block: b, file: l.file}
	before, inputs := len(l.marks), len(l.locals)
	defer func() {
		l.wishes = append(l.wishes, findings{b.Name, [2]int{before, len(l.marks)}, [2]int{inputs, len(l.locals)}})
	}()
	if b.Kind == blockWorkflow {
		w.Scheduler, w.Workflow = l.workflow(t, b)
		if len(l.marks) == before {
			l.complain(b, w.Workflow.Check())
			l.complain(b, w.Workflow.Policy.Check(1))
		}
	} else {
		w.Scheduler, w.Job = l.job(b)
		if len(l.marks) == before {
			l.complain(b, w.Job.Check())
			l.complain(b, w.Job.Policy.Check(w.Job.Tasks()))
		}
	}
	l.file.Wanted = append(l.file.Wanted, w)
}

// complain marks what a check has found.
func (l *loader) complain(b *Block, err error) {
	if err != nil {
		l.marks = append(l.marks, b.complaint(err.Error()))
	}
}
