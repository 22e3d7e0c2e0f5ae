package main

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// record is what the work folder knows of a job. It is a folder of names, made one by one and never changed, so that reading a directory reads it
// all, whatever number of tasks there are, and so that each name appears at once and whole, on NFS too:
//
//	begun      somebody has begun to hand the job to Slurm
//	id         it has been handed over: a symbolic link to Slurm's number of it. Only one can be made, and with its value: whoever makes it wins
//	cancelled  somebody has cancelled the job through this driver
//	workflow   the job is a graph of others: see workflow.go
//	end:…      how a task ended: see task.py
type record struct {
	id                         string
	begun, cancelled, workflow bool
	// stale is a begun that is minutes old: whoever began it is not at it any more.
	stale bool
	ends  map[int]end
}

// end is what task.py says of a task's end.
type end struct {
	word   string // exit, signal, limit, unstarted, broken, stopped
	number int
	at     time.Time
	node   string
}

const (
	markBegun     = "begun"
	markID        = "id"
	markCancelled = "cancelled"
	markWorkflow  = "workflow"
)

// mostFolders is how many records one command reads: its length has a limit.
const mostFolders = 500

// records reads those of many jobs at once. A job that nothing is known of has an empty one.
func (d *driver) records(ctx context.Context, tokens []string) (map[string]*record, error) {
	all := make(map[string]*record, len(tokens))
	for some := range slices.Chunk(tokens, mostFolders) {
		args := []string{"find"}
		for _, token := range some {
			f, err := d.folderOf(ctx, token)
			if err != nil {
				return nil, err
			}
			all[token] = &record{ends: map[int]end{}}
			args = append(args, f.record(""))
		}
		args = append(args, "-mindepth", "1", "-maxdepth", "1",
			"(", "-name", markBegun, "-mmin", "+10", "-printf", `%H\tstale\t\n`, ")", "-o", "-printf", `%H\t%f\t%l\n`)
		out, err := d.machine.run(ctx, args...)
		if failed := (*commandError)(nil); err != nil && !(errors.As(err, &failed) && onlyMissing(failed.stderr)) {
			return nil, err
		}
		for line := range strings.Lines(out) {
			fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			if len(fields) == 3 {
				if r := all[path.Base(path.Dir(fields[0]))]; r != nil {
					r.add(fields[1], fields[2])
				}
			}
		}
	}
	return all, nil
}

// onlyMissing tells whether find complains of nothing but folders that are not there.
func onlyMissing(stderr string) bool {
	for line := range strings.Lines(stderr) {
		if !strings.HasSuffix(strings.TrimSpace(line), "No such file or directory") {
			return false
		}
	}
	return true
}

func (r *record) add(name, target string) {
	switch name {
	case markBegun:
		r.begun = true
	case "stale":
		r.begun, r.stale = true, true
	case markID:
		r.id = target
	case markCancelled:
		r.cancelled = true
	case markWorkflow:
		r.workflow = true
	}
	if task, e, ok := parseEnd(name); ok {
		// A task that ran again after its end has two; the first stands. One that Slurm stopped may have gone on later.
		if old, there := r.ends[task]; !there || old.word == "stopped" || e.word != "stopped" && e.at.Before(old.at) {
			r.ends[task] = e
		}
	}
}

// parseEnd reads "end:17:exit:0:1795374853466:node3".
func parseEnd(name string) (task int, e end, ok bool) {
	fields := strings.SplitN(name, ":", 6)
	if len(fields) != 6 || fields[0] != "end" {
		return 0, e, false
	}
	task, err := strconv.Atoi(fields[1])
	number, err2 := strconv.Atoi(fields[3])
	at, err3 := strconv.ParseInt(fields[4], 10, 64)
	if errors.Join(err, err2, err3) != nil || task < 0 {
		return 0, e, false
	}
	return task, end{word: fields[2], number: number, at: time.UnixMilli(at), node: fields[5]}, true
}

// mark makes one of the names in the record of a job.
func (d *driver) mark(ctx context.Context, token, name string) error {
	f, err := d.folderOf(ctx, token)
	if err != nil {
		return err
	}
	if err := d.makeFolder(ctx, f.record("")); err != nil {
		return err
	}
	_, err = d.makeOnce(ctx, f.record(name))
	return err
}

// link makes the link with the number of Slurm's job, and returns the one that stands.
func (d *driver) link(ctx context.Context, f folder, number string) (string, error) {
	return with(ctx, d.machine, func(files files) (string, error) {
		err := files.Symlink(number, f.record(markID))
		if err == nil {
			return number, nil
		}
		// SFTP's version 3 has no word for "exists": what can be read now was there.
		if stands, missing := files.ReadLink(f.record(markID)); missing == nil {
			return stands, nil
		}
		return "", err
	})
}

// readLink is the number of Slurm's job; "": it has not been handed over.
func (d *driver) readLink(ctx context.Context, name string) (string, error) {
	return with(ctx, d.machine, func(files files) (string, error) {
		number, err := files.ReadLink(name)
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil
		}
		return number, err
	})
}
