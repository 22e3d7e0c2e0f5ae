package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// queryJobs asks three witnesses, each only about what the one before did not know: the schedd's queue, once for all jobs; its history; the event log. A
// task that none of them knows is lost. What they tell of a task that has ended never changes, so their order decides nothing but the cost.
func (d *driver) queryJobs(ctx context.Context, q scheduler.Query, yield func(scheduler.Status) error) error {
	return d.inquire(ctx, q.Jobs, yield, d.askQueue, d.askHistory, d.askLog)
}

// inquire tells where jobs stand by what these witnesses say, in this order.
func (d *driver) inquire(ctx context.Context, jobs []scheduler.Ref, yield func(scheduler.Status) error, witnesses ...func(context.Context, map[string]*inquiry) error) error {
	if len(jobs) == 0 {
		return nil
	}
	if _, err := d.at(ctx); err != nil {
		return err
	}
	inquiries := make(map[string]*inquiry, len(jobs))
	for _, ref := range jobs {
		if !scheduler.ValidToken(ref.Token) {
			return fault.Invalid.New("job %s: %q is no token", ref.ID, ref.Token)
		}
		inquiries[ref.Token] = &inquiry{ref: ref, found: make(map[int]scheduler.Status)}
	}
	if err := d.identify(ctx, inquiries); err != nil {
		return err
	}
	for _, ask := range witnesses {
		open := maps.Collect(func(yield func(string, *inquiry) bool) {
			for token, i := range inquiries {
				if !i.complete() && !yield(token, i) {
					return
				}
			}
		})
		if len(open) == 0 {
			break
		}
		if err := ask(ctx, open); err != nil {
			return err
		}
	}
	for _, ref := range jobs {
		i := inquiries[ref.Token]
		if i == nil {
			continue // named twice, or handed over just now
		}
		delete(inquiries, ref.Token)
		for _, s := range i.verdict() {
			if err := yield(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// identify finds the identifiers that the host does not know. It comes first: a job that is handed over while the witnesses are asked must not be taken
// for one that none of them knows. Of such a job nothing can be said yet.
func (d *driver) identify(ctx context.Context, inquiries map[string]*inquiry) error {
	call := []string{"identify"}
	for token, i := range inquiries {
		if i.ref.ID == "" {
			call = append(call, token)
		}
	}
	if len(call) == 1 {
		return nil
	}
	answer, err := d.ask(ctx, script{name: "look for submitted jobs", file: "query", call: words(call...)})
	if err != nil {
		return err
	}
	for line := range strings.Lines(answer["jobs"]) {
		token, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch i := inquiries[token]; {
		case i == nil:
		case id == "busy":
			delete(inquiries, token)
		default:
			i.ref.ID = scheduler.ID(id)
		}
	}
	return nil
}

// askQueue asks the schedd once.
func (d *driver) askQueue(ctx context.Context, open map[string]*inquiry) error {
	factories := "false"
	for _, i := range open {
		if description.IsFactory(i.tasks()) {
			factories = "true"
		}
	}
	answer, err := d.ask(ctx, script{name: "condor_q", file: "query", call: words("queue", factories, constraint(slices.Collect(maps.Keys(open))), adAttributes)})
	if err != nil {
		return err
	}
	clusters, err := parseAds(answer["factories"])
	if err != nil {
		return fault.Unavailable.New("%s: %w", d.point, err)
	}
	for _, ad := range clusters {
		if i := open[ad.Token]; i != nil && ad.JobMaterializeNextProcID != nil {
			i.factory, i.unmade = true, *ad.JobMaterializeNextProcID
			if ad.JobMaterializePaused == pausedByHold {
				i.heldBack, i.why = true, ad.JobMaterializePauseReason
			}
		}
	}
	return d.addAds(open, answer["jobs"], false)
}

// pausedByHold is the value of JobMaterializePaused for a factory that somebody holds.
const pausedByHold = 1

// askHistory asks the history, which is a file: it can be read while the schedd is down.
func (d *driver) askHistory(ctx context.Context, open map[string]*inquiry) error {
	tokens := slices.Sorted(maps.Keys(open))
	limit := 0
	for _, i := range open {
		limit += i.tasks()
	}
	if len(tokens) > mostNamed {
		limit = math.MaxInt32
	}
	answer, err := d.ask(ctx, script{
		name: "condor_history", file: "query",
		call: words(append([]string{"past", constraint(tokens), strconv.Itoa(limit), adAttributes}, tokens...)...),
	})
	if err != nil {
		return err
	}
	return d.addAds(open, answer["jobs"], true)
}

func (d *driver) addAds(open map[string]*inquiry, text string, gone bool) error {
	ads, err := parseAds(text)
	if err != nil {
		return fault.Unavailable.New("%s: %w", d.point, err)
	}
	for _, ad := range ads {
		if i := open[ad.Token]; i != nil {
			if s, ok := ad.status(gone); ok {
				i.add(s)
			}
		}
	}
	return nil
}

// askLog looks for the ends of jobs in the event log.
func (d *driver) askLog(ctx context.Context, open map[string]*inquiry) error {
	tokens := slices.Sorted(maps.Keys(open))
	var clusters strings.Builder
	for _, token := range tokens {
		if n, err := parseNumber(open[token].ref.ID, open[token].tasks()); err == nil {
			fmt.Fprintln(&clusters, n.cluster)
		}
	}
	answer, err := d.ask(ctx, script{
		name: "read the event log", file: "query",
		define: heredoc("clusters", clusters.String()), call: words(append([]string{"ends"}, tokens...)...),
	})
	if err != nil {
		return err
	}
	for _, token := range strings.Fields(answer["cancelled"]) {
		if i := open[token]; i != nil {
			i.cancelled = true
		}
	}
	place, err := d.at(ctx)
	if err != nil {
		return err
	}
	events := eventlog.NewReader(strings.NewReader(answer["events"]), 0, place.zone)
	for {
		e, err := events.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		o, known, err := d.index.of(ctx, e.Cluster, e.Proc)
		if err != nil {
			return err
		}
		if i := open[o.token]; known && i != nil {
			if s, ok := news(e, o); ok {
				i.add(s)
			}
		}
	}
}

// mostNamed is how many jobs a constraint names one by one.
const mostNamed = 500

// constraint finds the jobs with these tokens; where they are many, all of Oceanid's, for the schedd compares each of its jobs with each token.
func constraint(tokens []string) string {
	if len(tokens) > mostNamed {
		return description.TokenAttribute + " isnt undefined"
	}
	return anyOf(tokens)
}

// anyOf finds the jobs with one of these tokens. "=?=" compares exactly, "==" without regard to case.
func anyOf(tokens []string) string {
	terms := make([]string, len(tokens))
	for i, token := range slices.Sorted(slices.Values(tokens)) {
		terms[i] = fmt.Sprintf("%s =?= %q", description.TokenAttribute, token)
	}
	return strings.Join(terms, " || ")
}
