package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// facts are what is kept of a job beside its files, for whoever asks for its results later.
type facts struct {
	Tasks   int      `json:"tasks"`
	Outputs []string `json:"outputs"`
}

// The files of what is kept of a job, in its folder.
const (
	factsFile = "facts"
	specFile  = "job.json"
)

func parseFacts(text string) (f facts, err error) {
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return f, fault.Internal.New("what is kept of the job cannot be read: %w", err)
	}
	return f, nil
}

// hasTask is fault.NotFound for a task that the job does not have.
func (f facts) hasTask(token string, task int) error {
	if task < 0 || task >= f.Tasks {
		return fault.NotFound.New("job %s has no task %d, only 0 to %d", token, task, f.Tasks-1)
	}
	return nil
}

// facts are those of the job; fault.NotFound where it was never submitted here.
func (d *driver) facts(ctx context.Context, p *place, ref scheduler.Ref) (facts, error) {
	if !scheduler.ValidToken(ref.Token) {
		return facts{}, fault.Invalid.New("job %s: %q is no token", ref.ID, ref.Token)
	}
	text, err := d.read(ctx, path.Join(p.job(ref.Token), factsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return facts{}, notHere(d, ref.Token)
	}
	if err != nil {
		return facts{}, err
	}
	return parseFacts(text)
}

func notHere(d *driver, token string) error {
	return fault.NotFound.New("%s knows no job with the token %s", d.point, token)
}

// number is the schedd's number of the job.
func (d *driver) number(ctx context.Context, ref scheduler.Ref) (number, error) {
	if ref.ID == "" {
		i := &inquiry{ref: ref}
		if err := d.identify(ctx, map[string]*inquiry{ref.Token: i}); err != nil {
			return number{}, err
		}
		if i.ref.ID == "" {
			return number{}, fault.NotFound.New("the job with the token %s has not been handed over to %s", ref.Token, d.point)
		}
		ref.ID = i.ref.ID
	}
	return parseNumber(ref.ID, ref.Tasks)
}

// read reads a small file of the access point.
func (d *driver) read(ctx context.Context, file string) (string, error) {
	const most = 1 << 20
	f, err := d.point.Open(ctx, file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.NewSectionReader(f, 0, most))
	return string(text), err
}
