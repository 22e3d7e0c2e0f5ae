package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// owner is whose a cluster is, or a process.
type owner struct {
	token string
	tasks int
	// place is the owner's among all that were told, later ones have higher ones.
	place int
}

// index tells whose the clusters and processes are that the event log speaks of. It reads the file "clusters" at the access point, each line once. Where a pool was
// set up anew and counts from 1 again, the later job has the number.
type index struct {
	point access.Point
	file  string

	mu     sync.Mutex
	offset int64
	owners map[number]owner
	told   int
}

// note adds what the log itself tells.
func (x *index) note(n number, token string, tasks int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.add(n, token, tasks)
}

func (x *index) add(n number, token string, tasks int) {
	if o, known := x.owners[n]; known && o.token == token && o.tasks == tasks {
		return
	}
	x.told++
	x.owners[n] = owner{token: token, tasks: tasks, place: x.told}
}

// of is whose the process is; ok is false where nobody's is known: the log is ours, but somebody else may have named it in a job of their own.
func (x *index) of(ctx context.Context, cluster, proc int) (o owner, ok bool, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if o, ok = x.known(cluster, proc); ok {
		return o, true, nil
	}
	if err := x.read(ctx); err != nil {
		return o, false, err
	}
	o, ok = x.known(cluster, proc)
	return o, ok, nil
}

func (x *index) known(cluster, proc int) (owner, bool) {
	whole, ok := x.owners[number{cluster, -1}]
	if proc < 0 {
		return whole, ok
	}
	if one, there := x.owners[number{cluster, proc}]; there && (!ok || one.place > whole.place) {
		return one, true
	}
	return whole, ok
}

// read reads what the file has got since.
func (x *index) read(ctx context.Context) error {
	f, err := x.point.Open(ctx, x.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	added, err := io.ReadAll(io.NewSectionReader(f, x.offset, max(info.Size()-x.offset, 0)))
	if err != nil {
		return err
	}
	added = added[:bytes.LastIndexByte(added, '\n')+1]
	x.offset += int64(len(added))
	for line := range strings.Lines(string(added)) {
		field := strings.Fields(line)
		if len(field) != 3 {
			continue
		}
		tasks, err := strconv.Atoi(field[2])
		if err != nil || tasks < 1 || !scheduler.ValidToken(field[1]) {
			continue
		}
		if n, err := parseNumber(scheduler.ID(field[0]), tasks); err == nil {
			x.add(n, field[1], tasks)
		}
	}
	return nil
}
