package main

import (
	"context"
	"encoding/base64"
	"path"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

// place is Oceanid's folder on the access point:
//
//	events/1.log     the one job event log of all jobs
//	clusters         a line "ID TOKEN TASKS" for each job that was handed over, oldest first
//	attempts/TOKEN   a link that says who hands the job over; see scripts/attempts.sh
//	batches/ATTEMPT/ what was handed over by one call; it goes with its last job
//	jobs/TOKEN/      a job: its inputs in work, the script, what was submitted, its outputs; of a workflow graph.tar, workflow.json, main.dag and what DAGMan
//	                 writes beside it (main.dag.dagman.out, .jobstate.log, .nodes.log, .rescue001 and others), and for each node TOKEN-0, TOKEN-1 …
//	active/TOKEN     of a workflow whose end Watch has not told yet
//
// Any number of processes work in it at once. What is finished stays until Remove: of a job its inputs, once, and some small files; of each task what it wrote
// (two files) and its packed outputs (one, if the job names any, of at least 3 KB). What stays for ever are the link and the line, and about 2 KB in the event log.
type place struct {
	dir  string
	zone *time.Location
	// spooled tells that the schedd is on another machine: it has no part in this folder, and the event log stays empty.
	spooled bool
}

// generation numbers the event log. A log in use is never rotated, for a running job's shadow keeps the old file open: when logs are to be cleared, new jobs
// will get the next generation, and the old file goes with its last job.
const generation = "1"

func (p *place) log() string             { return path.Join(p.dir, "events", generation+".log") }
func (p *place) clusters() string        { return path.Join(p.dir, "clusters") }
func (p *place) job(token string) string { return path.Join(p.dir, "jobs", token) }

// at is the place, found by the first who asks.
func (d *driver) at(ctx context.Context) (*place, error) {
	d.mu.Lock()
	p := d.place
	d.mu.Unlock()
	if p != nil {
		return p, nil
	}
	answer, err := d.ask(ctx, script{name: "find Oceanid's folder", file: "place", call: words("place", d.wanted)})
	if err != nil {
		return nil, err
	}
	p = &place{dir: strings.TrimSpace(answer["dir"]), zone: time.UTC, spooled: d.elsewhere != nil}
	if !path.IsAbs(p.dir) || !harmless.MatchString(p.dir) {
		return nil, fault.Invalid.New("directory %s is %q at %s: set directory to a path of letters, digits and _ . / : + @ , -", d.wanted, p.dir, d.point)
	}
	if zone, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(answer["zone"]), "")); err == nil && len(zone) > 0 {
		if p.zone, err = time.LoadLocationFromTZData(d.point.String(), zone); err != nil {
			return nil, fault.Unavailable.New("the time zone of %s cannot be read: %w", d.point, err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.place == nil {
		d.place = p
		d.index = newIndex(d.point, p.clusters())
	}
	return d.place, nil
}
