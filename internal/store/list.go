package store

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// JobQuery says which jobs are wanted. Conditions left out do not restrict.
type JobQuery struct {
	// SchedulerUIDs are the schedulers whose jobs are wanted. Empty: no job at all.
	SchedulerUIDs []string
	// User wants jobs of one user.
	User string
	// States wants jobs in one of these states.
	States []scheduler.State
	// Labels wants jobs that have all of these.
	Labels map[string]string
	// After is the cursor that the page before gave; "" is the first page.
	After string
	// Limit is the size of the page. Default: 50. At most 1000.
	Limit int
}

// ListJobs is one page of jobs, the newest first, as lists show them, and the cursor of the next page, "" when there is none. A job that is made
// meanwhile never shifts a page. A page may be short, even empty, although there is a next one: when few of the many jobs looked at had the
// labels.
func (s *Store) ListJobs(ctx context.Context, q JobQuery) (jobs []Job, next string, err error) {
	if q.After != "" && !validMember(q.After) {
		return nil, "", fault.Invalid.New("list jobs: %q is not a cursor that an earlier page gave", q.After)
	}
	for _, uid := range q.SchedulerUIDs {
		if err := checkUID(uid); err != nil {
			return nil, "", err
		}
	}
	limit := pageSize(q.Limit, 50)
	// The indexes answer user and states, or one label; the rest is seen at the jobs themselves. How many are looked at for one page is bounded.
	const mostRounds, atLeast = 20, 200
	look := limit
	if len(q.Labels) > 0 {
		look = max(limit, atLeast)
	}
	next = q.After
	for range mostRounds {
		ids, more, err := s.newestIDs(ctx, q, next, look)
		if err != nil {
			return nil, "", err
		}
		found, err := s.jobHeads(ctx, ids)
		if err != nil {
			return nil, "", err
		}
		for _, j := range found {
			if !q.wants(j) {
				continue
			}
			jobs = append(jobs, j)
			if len(jobs) == limit {
				if last := ids[len(ids)-1]; j.ID == last && !more {
					return jobs, "", nil
				}
				return jobs, jobMember(j.ID), nil
			}
		}
		if !more {
			return jobs, "", nil
		}
		next = jobMember(ids[len(ids)-1])
	}
	return jobs, next, nil
}

// newestIDs merges the indexes that can have what is wanted: up to limit job identifiers below a cursor, the newest first, and whether
// there may be more.
func (s *Store) newestIDs(ctx context.Context, q JobQuery, below string, limit int) (ids []string, more bool, err error) {
	most := "+"
	if below != "" {
		most = "(" + below
	}
	indexes := q.indexes()
	type source struct {
		uid  string
		read *redis.StringSliceCmd
	}
	var sources []source
	for _, uid := range q.SchedulerUIDs {
		for range indexes {
			sources = append(sources, source{uid: uid})
		}
	}
	for start := 0; start < len(sources); start += pipelined {
		some := sources[start:min(start+pipelined, len(sources))]
		if _, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i := range some {
				index := indexes[(start+i)%len(indexes)]
				some[i].read = p.ZRevRangeByLex(ctx, slot(some[i].uid)+index, &redis.ZRangeBy{Min: "-", Max: most, Count: int64(limit) + 1})
			}
			return nil
		}); err != nil {
			return nil, false, s.explain(err)
		}
	}
	for _, src := range sources {
		for _, m := range src.read.Val() {
			ids = append(ids, src.uid+"-"+m)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return strings.Compare(jobMember(b), jobMember(a)) })
	// A job that changed its state between two reads stands in two indexes.
	ids = slices.Compact(ids)
	if len(ids) > limit {
		return ids[:limit], true, nil
	}
	return ids, false, nil
}

// indexes are the fewest that together have every job wanted.
func (q JobQuery) indexes() []string {
	switch {
	case len(q.Labels) > 0:
		// Any one will do.
		key := slices.Min(slices.Collect(maps.Keys(q.Labels)))
		return []string{indexLabel(key, q.Labels[key])}
	case len(q.States) > 0:
		var names []string
		for _, st := range q.States {
			name := indexState(st)
			if q.User != "" {
				name = indexStateUser(st, q.User)
			}
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return names
	case q.User != "":
		return []string{indexUser(q.User)}
	}
	return []string{indexAll}
}

// wants looks again at everything: the job may have changed since the index was read.
func (q JobQuery) wants(j Job) bool {
	if q.User != "" && j.Spec.User != q.User {
		return false
	}
	if len(q.States) > 0 && !slices.Contains(q.States, j.Status.State) {
		return false
	}
	for k, v := range q.Labels {
		if own, ok := j.Spec.Labels[k]; !ok || own != v {
			return false
		}
	}
	return true
}
