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

// owner is whose a cluster is.
type owner struct {
	token string
	tasks int
}

// index tells whose the clusters are that the event log speaks of. It reads the file "clusters" at the access point, each line once. Where a pool was
// set up anew and counts from 1 again, the later job has the number.
type index struct {
	point access.Point
	file  string

	mu     sync.Mutex
	offset int64
	owners map[int]owner
}

// note adds what the log itself tells.
func (x *index) note(cluster int, o owner) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.owners[cluster] = o
}

// of is the cluster's owner; ok is false where nobody's is known: the log is ours, but somebody else may have named it in a job of their own.
func (x *index) of(ctx context.Context, cluster int) (o owner, ok bool, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if o, ok = x.owners[cluster]; ok {
		return o, true, nil
	}
	if err := x.read(ctx); err != nil {
		return o, false, err
	}
	o, ok = x.owners[cluster]
	return o, ok, nil
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
		cluster, err1 := strconv.Atoi(field[0])
		tasks, err2 := strconv.Atoi(field[2])
		if err1 == nil && err2 == nil && scheduler.ValidToken(field[1]) {
			x.owners[cluster] = owner{token: field[1], tasks: tasks}
		}
	}
	return nil
}
