package main

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// downloadJob unpacks what task.sh has packed. All tasks come as one stream, a tar of their tars, so that ten thousand small files cost no more round
// trips than one. Nothing is ever looked up by a name that a task has chosen: neither at the access point nor here.
func (d *driver) downloadJob(ctx context.Context, ref scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	if !scheduler.ValidToken(ref.Token) {
		return fault.Invalid.New("job %s: %q is no token", ref.ID, ref.Token)
	}
	if _, err := d.at(ctx); err != nil {
		return err
	}
	call := []string{"results", ref.Token}
	for _, task := range slices.Compact(slices.Sorted(slices.Values(q.Tasks))) {
		call = append(call, strconv.Itoa(task))
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r, out := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		out.CloseWithError(d.run(ctx, script{name: "fetch results", file: "download", call: words(call...), bulk: true}, out))
	}()
	err := d.unpack(bufio.NewReaderSize(r, 64<<10), ref, q, yield)
	stop()
	r.CloseWithError(io.ErrClosedPipe)
	<-ended
	return err
}

// unpack reads what download.sh prints.
func (d *driver) unpack(r *bufio.Reader, ref scheduler.Ref, q scheduler.FileQuery, yield func(scheduler.File, io.Reader) error) error {
	if _, err := skipTo(r, "facts"); errors.Is(err, errNoSection) {
		return notHere(d, ref.Token)
	} else if err != nil {
		return err
	}
	text, err := skipTo(r, "results")
	if err != nil {
		return err
	}
	kept, err := parseFacts(text)
	if err != nil {
		return err
	}
	wanted, err := wantedOutputs(kept, ref.Token, q)
	if err != nil {
		return err
	}
	var refused refusals
	tasks := tar.NewReader(r)
	for {
		packed, err := tasks.Next()
		if err == io.EOF {
			return refused.err()
		}
		if err != nil {
			return err
		}
		task, err := strconv.Atoi(strings.TrimSuffix(packed.Name, ".tar"))
		if err != nil || kept.hasTask(ref.Token, task) != nil {
			refused.add("%q, which is no task's results", packed.Name)
			continue
		}
		u := unpacking{task: task, wanted: wanted, refused: &refused, yield: yield}
		if packed.Size == 0 {
			refused.add("the results of task %d, which it did not live to pack", task)
			continue
		}
		if err := u.run(tasks); err != nil {
			return err
		}
	}
}

// wantedOutputs are the outputs that are asked for.
func wantedOutputs(kept facts, token string, q scheduler.FileQuery) ([]string, error) {
	for _, task := range q.Tasks {
		if err := kept.hasTask(token, task); err != nil {
			return nil, err
		}
	}
	names := kept.Outputs
	if len(q.Paths) > 0 {
		names = q.Paths
	}
	var paths []string
	for _, name := range names {
		if !slices.Contains(kept.Outputs, name) {
			return nil, fault.NotFound.New("job %s names no output %q", token, name)
		}
		paths = append(paths, name)
	}
	return paths, nil
}

// isWanted tells whether a path is one of the outputs or below one.
func isWanted(name string, outputs []string) bool {
	return slices.ContainsFunc(outputs, func(out string) bool {
		return out == name || strings.HasPrefix(name, out+"/")
	})
}

// below is a member's path in the task's working directory; ok is false for one that is not there.
func below(member string) (string, bool) {
	name, ok := strings.CutPrefix(path.Clean(member), description.WorkDir+"/")
	return name, ok
}
