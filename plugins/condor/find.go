package main

import (
	"archive/tar"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// tokenPart is what a prefix of tokens looks like.
var tokenPart = regexp.MustCompile(`^[A-Za-z0-9-]{0,64}$`)

// Find reads the list of clusters and the job that is kept in each folder. It asks nothing of the schedd.
func (d *driver) Find(ctx context.Context, prefix string, since time.Time, yield func(scheduler.Found) error) error {
	if !tokenPart.MatchString(prefix) {
		return fault.Invalid.New("%q is no beginning of a token", prefix)
	}
	if _, err := d.at(ctx); err != nil {
		return err
	}
	from := int64(0)
	if !since.IsZero() {
		// A task of the file system's clock, which may be a little off.
		from = max(since.Add(-time.Minute).Unix(), 0)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r, out := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		call := words("find_jobs", prefix, strconv.FormatInt(from, 10))
		out.CloseWithError(d.run(ctx, script{name: "look for jobs", file: "find", call: call, bulk: true}, out))
	}()
	err := d.found(bufio.NewReaderSize(r, 64<<10), yield)
	stop()
	r.CloseWithError(io.ErrClosedPipe)
	<-ended
	return err
}

// found reads what find.sh prints. Of a job of which that cannot be read, as after a loss of power, nothing can be told.
func (d *driver) found(r *bufio.Reader, yield func(scheduler.Found) error) error {
	if _, err := skipTo(r, "ids"); err != nil {
		return err
	}
	text, err := skipTo(r, "jobs")
	if err != nil {
		return err
	}
	ids := make(map[string]scheduler.ID)
	for line := range strings.Lines(text) {
		if field := strings.Fields(line); len(field) == 3 {
			ids[field[1]] = scheduler.ID(field[0])
		}
	}
	kept := tar.NewReader(r)
	for {
		header, err := kept.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		token := path.Base(path.Dir(header.Name))
		id, handedOver := ids[token]
		if !handedOver {
			continue
		}
		text, err := io.ReadAll(kept)
		if err != nil {
			return err
		}
		f := scheduler.Found{Ref: scheduler.Ref{ID: id, Token: token}, Submitted: header.ModTime}
		if isWorkflow(id) {
			err = foundWorkflow(text, &f)
		} else if err = json.Unmarshal(text, &f.Job); err == nil {
			f.Job.Token, f.Ref.Tasks = token, f.Job.Tasks()
		}
		if err != nil {
			d.log.Warn("what is kept of a job cannot be read", "token", token, "error", err)
			continue
		}
		if err := yield(f); err != nil {
			return err
		}
	}
}

// foundWorkflow reads what is kept of a workflow.
func foundWorkflow(text []byte, f *scheduler.Found) error {
	var w scheduler.Workflow
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	w.Token = f.Ref.Token
	f.Ref.Tasks, f.Workflow = w.Tasks(), &w
	return nil
}
