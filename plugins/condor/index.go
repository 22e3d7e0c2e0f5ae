package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// owner is whose a cluster is, or a process. Without a token it is known to be nobody's.
type owner struct {
	token string
	tasks int
	// place is the owner's among all that were told, later ones have higher ones.
	place int
}

// index tells whose the clusters and processes are that the event log speaks of. It reads the file "clusters" at the access point, which grows for ever: from
// its end towards its beginning, only as far as somebody asks for, and then what it gets. It remembers a bounded number of them. Where a pool was set up anew
// and counts from 1 again, the later job has the number.
type index struct {
	point access.Point
	file  string

	mu sync.Mutex
	// recent and older hold what is remembered. What the file says between begin and end is among it; both are where a line begins.
	recent, older map[number]owner
	begin, end    int64
	opened        bool
	// last and first are the places given last to what was told later than all else, and earlier.
	last, first int
}

const (
	// mostOwners is how many each half remembers. The older half is forgotten when the recent one is full.
	mostOwners = 100_000
	// indexBlock is how much of the file is read at once, towards its beginning.
	indexBlock = 256 << 10
)

func newIndex(point access.Point, file string) *index {
	return &index{point: point, file: file, recent: make(map[number]owner), older: make(map[number]owner)}
}

// note adds what the log itself tells.
func (x *index) note(n number, token string, tasks int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.add(n, owner{token: token, tasks: tasks})
}

// add adds what is later than all else.
func (x *index) add(n number, o owner) {
	if known, _ := x.get(n); known.token == o.token && known.tasks == o.tasks && o.token != "" {
		return
	}
	if len(x.recent) >= mostOwners {
		x.recent, x.older = make(map[number]owner), x.recent
		x.begin = x.end
	}
	x.last++
	o.place = x.last
	x.recent[n] = o
}

func (x *index) get(n number) (owner, bool) {
	o, there := x.recent[n]
	if !there {
		o, there = x.older[n]
	}
	return o, there
}

// of is whose the process is; ok is false where nobody's is known: the log is ours, but somebody else may have named it in a job of their own.
func (x *index) of(ctx context.Context, cluster, proc int) (o owner, ok bool, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if o, ok = x.known(cluster, proc); ok && o.token != "" {
		return o, true, nil
	}
	nobody := ok
	f, err := x.point.Open(ctx, x.file)
	if errors.Is(err, fs.ErrNotExist) {
		return o, false, nil
	}
	if err != nil {
		return o, false, err
	}
	defer f.Close()
	if err := x.readOn(f); err != nil {
		return o, false, err
	}
	if o, ok = x.known(cluster, proc); !nobody && !ok {
		if o, ok, err = x.lookBack(ctx, f, cluster, proc); err == nil && !ok {
			x.add(number{cluster, proc}, owner{})
		}
	}
	return o, ok && o.token != "", err
}

func (x *index) known(cluster, proc int) (owner, bool) {
	whole, ok := x.get(number{cluster, -1})
	if proc < 0 {
		return whole, ok
	}
	if one, there := x.get(number{cluster, proc}); there && (!ok || one.place > whole.place) {
		return one, true
	}
	return whole, ok
}

// readOn reads what the file has got since; the first time nothing: only where it ends.
func (x *index) readOn(f access.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !x.opened {
		tail, err := between(f, max(info.Size()-longestOwner, 0), info.Size())
		if err != nil {
			return err
		}
		x.end = info.Size() - int64(len(tail)-bytes.LastIndexByte(tail, '\n')-1)
		x.begin, x.opened = x.end, true
	}
	added, err := between(f, x.end, info.Size())
	if err != nil {
		return err
	}
	added = added[:bytes.LastIndexByte(added, '\n')+1]
	x.end += int64(len(added))
	for line := range strings.Lines(string(added)) {
		if n, o, ok := parseOwner(line); ok {
			x.add(n, o)
		}
	}
	return nil
}

// longestOwner is longer than any line of the file.
const longestOwner = 4 << 10

// lookBack reads towards the beginning until it finds the process. As long as there is room it remembers what it comes by.
func (x *index) lookBack(ctx context.Context, f access.File, cluster, proc int) (found owner, ok bool, err error) {
	for at := x.begin; at > 0; {
		if ctx.Err() != nil {
			return found, false, ctx.Err()
		}
		from := max(at-indexBlock, 0)
		block, err := between(f, from, at)
		if err != nil {
			return found, false, err
		}
		if from > 0 {
			cut := bytes.IndexByte(block, '\n') + 1
			block, from = block[cut:], from+int64(cut)
		}
		if from >= at {
			return found, false, nil // no such line was ever written
		}
		keep := x.begin == at && len(x.older) < mostOwners
		for _, line := range slices.Backward(slices.Collect(strings.Lines(string(block)))) {
			n, o, good := parseOwner(line)
			if !good {
				continue
			}
			if !ok && n.cluster == cluster && (n.proc < 0 || n.proc == proc) {
				found, ok = o, true
			}
			if _, there := x.get(n); keep && !there {
				x.first--
				o.place = x.first
				x.older[n] = o
			}
		}
		if at = from; keep {
			x.begin = from
		}
		if ok {
			return found, true, nil
		}
	}
	return found, false, nil
}

// between is what the file holds from one offset to another.
func between(f access.File, from, to int64) ([]byte, error) {
	return io.ReadAll(io.NewSectionReader(f, from, max(to-from, 0)))
}

// parseOwner reads a line "ID TOKEN TASKS".
func parseOwner(line string) (n number, o owner, ok bool) {
	field := strings.Fields(line)
	if len(field) != 3 {
		return n, o, false
	}
	tasks, err := strconv.Atoi(field[2])
	if err != nil || tasks < 1 || !scheduler.ValidToken(field[1]) {
		return n, o, false
	}
	n, err = parseNumber(scheduler.ID(field[0]), tasks)
	return n, owner{token: field[1], tasks: tasks}, err == nil
}
