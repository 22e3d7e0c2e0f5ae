package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/dag"
	"github.com/oceanid/oceanid/plugins/condor/internal/match"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// waiting is a task that waits for a machine, and what it waits among.
type waiting struct {
	job  match.Job
	asks asked
	// begins is when it is to begin; zero: as soon as it can.
	begins     time.Time
	conditions []match.Condition
	slots      []offer
	// before is how many tasks of its owner have their turn before it, everybody how many tasks of all wait at this schedd.
	before, everybody int
	// silent is what is said of a negotiator that does not answer.
	silent string
	// refused is why the negotiator gave it nothing when it last looked. Where that is a concurrency limit, limit is its name and most its size; "": that is not known.
	refused, limit, most string
	// refusing is how many free slots refuse it by their own rules, of those that it would take; willing how many take it. Of neither anything is known where both are 0.
	willing, refusing int
	now               time.Time
}

// asked is what a job asks for: processors, MiB of memory, KiB of disk, graphics processors. It is also what a slot has.
type asked struct{ cpus, memory, disk, gpus float64 }

func (a asked) within(b asked) bool {
	return a.cpus <= b.cpus && a.memory <= b.memory && a.disk <= b.disk && a.gpus <= b.gpus
}

// offer is a slot that is no part of another, as the task sees it.
type offer struct {
	state      string
	free, full asked
	// meets tells of each condition whether the slot does, all of it being free.
	meets []bool
}

// could tells whether the slot could run the task when all of it is free.
func (o offer) could(w *waiting) bool {
	return w.asks.within(o.full) && !slices.Contains(o.meets, false)
}

func (o offer) isFree(w *waiting) bool { return w.asks.within(o.free) && o.state == unclaimed }

func waitingScript(constraint string) script {
	return script{name: "condor_q", file: "waiting", call: words("waiting", constraint)}
}

// waitingTask asks about a task of a job, or of a workflow; there is false where the queue does not have it.
func (d *driver) waitingTask(ctx context.Context, whole scheduler.Ref, task int) (w *waiting, there bool, err error) {
	constraint := "JobStatus == 1 && "
	switch {
	case isWorkflow(whole.ID):
		constraint += fmt.Sprintf("%s =?= %q && %s + ProcId == %d", dag.WorkflowAttribute, whole.Token, dag.FirstAttribute, task)
	case whole.Tasks == 1:
		constraint += anyOf([]string{whole.Token})
	default:
		constraint += fmt.Sprintf("%s && ProcId == %d", anyOf([]string{whole.Token}), task)
	}
	answer, err := d.ask(ctx, waitingScript(constraint))
	if err != nil {
		return nil, false, err
	}
	return d.parseWaiting(ctx, answer)
}

// concurrencyLimit is what the negotiator says when a limit is reached (matchmaker.cpp).
var concurrencyLimit = regexp.MustCompile(`concurrency limit (\S+) reached`)

// limitName is what a limit is called in the configuration, where it can be asked for.
var limitName = regexp.MustCompile(`^[A-Za-z0-9_.]+$`)

// parseWaiting reads what is told of a task, and asks about what it waits among.
func (d *driver) parseWaiting(ctx context.Context, told answer) (w *waiting, there bool, err error) {
	var jobs []match.Job
	if err := parseList(told["job"], &jobs); err != nil {
		return nil, false, fault.Unavailable.New("%s: %w", d.point, err)
	}
	asks := strings.Fields(told["asks"])
	if len(jobs) == 0 || len(asks) < 6 {
		return nil, false, nil
	}
	n := numbers(asks)
	w = &waiting{job: jobs[0], asks: asked{n[0], n[1], n[2], n[3]}, now: time.Now(), refused: strings.TrimSpace(jobs[0].Text("LastRejMatchReason"))}
	if n[4] > 0 {
		w.begins = time.Unix(int64(n[4]), 0)
	}
	w.conditions = w.job.Conditions()
	if m := concurrencyLimit.FindStringSubmatch(w.refused); m != nil {
		w.limit = m[1]
	}
	return w, true, d.askSurroundings(ctx, w, int(n[5]))
}

func (d *driver) askSurroundings(ctx context.Context, w *waiting, prio int) error {
	cluster, proc := int(w.job.Number("ClusterId")), int(w.job.Number("ProcId"))
	before := fmt.Sprintf("JobStatus == 1 && (JobPrio > %d || JobPrio == %d && (ClusterId < %d || ClusterId == %d && ProcId < %d))", prio, prio, cluster, cluster, proc)
	knob := ""
	if limitName.MatchString(w.limit) {
		knob = strings.ToUpper(w.limit) + "_LIMIT"
	}
	call := []string{"surroundings", before, knob}
	for _, c := range w.conditions {
		call = append(call, "("+c.Expression+") =?= true")
	}
	answer, err := d.ask(ctx, script{name: "condor_status", file: "waiting", call: words(call...)})
	if err != nil {
		return err
	}
	for line := range strings.Lines(answer["slots"]) {
		if o, ok := parseOffer(strings.Fields(line), len(w.conditions)); ok {
			w.slots = append(w.slots, o)
		}
	}
	w.before, w.everybody = idle(answer["before"]), idle(answer["everybody"])
	if said := strings.TrimSpace(answer["negotiator"]); !strings.HasSuffix(said, "@ answers") && !tellsNothing.MatchString(said) {
		w.silent = because("it does not answer", said)
	}
	if most := strings.TrimSpace(answer["limit"]); w.limit != "" {
		if _, err := strconv.ParseFloat(most, 64); err == nil {
			w.most = most
		}
	}
	if !slices.ContainsFunc(w.slots, func(o offer) bool { return o.could(w) && (o.isFree(w) || o.state != claimed && o.state != unclaimed) }) {
		return nil
	}
	// Nothing of the job's own stands in its way: do the machines' own rules?
	answer, err = d.ask(ctx, script{name: "condor_q -better-analyze", file: "waiting", call: words("refusals", fmt.Sprintf("%d.%d", cluster, proc))})
	if err != nil {
		return err
	}
	w.refusing, w.willing = tally(refuses, answer["refusals"]), tally(takes, answer["refusals"])
	return nil
}

// tellsNothing is what a negotiator says to somebody whom it tells nothing.
var tellsNothing = regexp.MustCompile(`DENIED|[Nn]ot authorized|AUTHENTICATE:`)

// What condor_q -better-analyze ends with, in HTCondor 23 and in 25.
var (
	refuses = regexp.MustCompile(`(\d+) (?:slots )?reject your job because of their own requirements`)
	takes   = regexp.MustCompile(`(\d+) (?:are able|slots match and are willing) to run your job`)
)

func tally(what *regexp.Regexp, text string) int {
	m := what.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// parseOffer reads a line of the slots: what surroundings in scripts/waiting.sh asks for, and of each condition whether it is met.
func parseOffer(field []string, conditions int) (o offer, ok bool) {
	const head = 10
	if len(field) != head+conditions {
		return o, false
	}
	n := numbers(field[2:head])
	o = offer{state: field[1], free: asked{n[0], n[2], n[4], n[6]}, full: asked{n[1], n[3], n[5], n[7]}}
	if field[0] != "true" {
		// Of a static slot there is no part.
		o.full = o.free
	}
	for _, met := range field[head:] {
		o.meets = append(o.meets, met == "true")
	}
	return o, true
}

// numbers are those in the fields; what is none ("undefined") is 0.
func numbers(fields []string) []float64 {
	all := make([]float64, len(fields))
	for i, f := range fields {
		all[i], _ = strconv.ParseFloat(f, 64)
	}
	return all
}

var idleCount = regexp.MustCompile(`(\d+) idle`)

// idle is how many the first line of condor_q -totals counts as idle.
func idle(totals string) int { return tally(idleCount, totals) }
