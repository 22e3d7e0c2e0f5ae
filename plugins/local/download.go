package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Download yields the outputs task by task, in the order in which the job named them, and a folder's files in the order of their names. Nothing
// outside a task's working directory is ever opened, whatever the task has put there.
func (d *driver) Download(ctx context.Context, ref scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	k, token, err := d.find(ref)
	if err != nil {
		return err
	}
	outputs, err := wantedOutputs(k, token, q.Paths)
	if err != nil || len(outputs) == 0 {
		return err
	}
	for _, task := range q.Tasks {
		if task < 0 || task >= k.Job.Tasks() {
			return fault.NotFound.New("job %s has no task %d, only 0 to %d", token, task, k.Job.Tasks()-1)
		}
	}
	var refused refusals
	for task := range wantedTasks(k, q.Tasks) {
		root, err := os.OpenRoot(filepath.Join(d.folder.task(token, task), workName))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		c := collector{ctx: ctx, root: root, task: task, refused: &refused, yield: yield, seen: make(map[string]bool)}
		if err := errors.Join(c.outputs(outputs), root.Close()); err != nil {
			return err
		}
	}
	return refused.err()
}

// wantedTasks are the tasks that are asked for, each once and in their order; all where none is.
func wantedTasks(k *kept, tasks []int) iter.Seq[int] {
	if len(tasks) > 0 {
		return slices.Values(slices.Compact(slices.Sorted(slices.Values(tasks))))
	}
	return func(yield func(int) bool) {
		for i := range k.Job.Tasks() {
			if !yield(i) {
				return
			}
		}
	}
}

// wantedOutputs are the job's outputs, or those of them that are asked for.
func wantedOutputs(k *kept, token string, paths []string) ([]string, error) {
	for _, p := range paths {
		if !slices.Contains(k.Job.Outputs, p) {
			return nil, fault.NotFound.New("job %s names no output %q", token, p)
		}
	}
	var outputs []string
	for _, out := range k.Job.Outputs {
		if len(paths) == 0 || slices.Contains(paths, out) {
			outputs = append(outputs, out)
		}
	}
	return outputs, nil
}
