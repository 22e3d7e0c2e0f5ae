package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// JobQuery says which jobs are wanted. Conditions left out do not restrict; those given must all hold.
type JobQuery struct {
	// SchedulerUIDs are the schedulers whose jobs are wanted. Empty: no job at all.
	SchedulerUIDs []string
	// User wants jobs of one user, Group those of one group, Name those of exactly that name.
	User, Group, Name string
	// States wants jobs in one of these states.
	States []scheduler.State
	// Labels wants jobs that have all of these.
	Labels map[string]string
	// Of wants the resubmissions of that job.
	Of string
	// Since and Until want jobs that were made at Since or later, and before Until, to the millisecond.
	Since, Until time.Time
	// After is the cursor that the page before gave; "" is the first page.
	After string
	// Limit is the size of the page. Default: 50. At most 1000.
	Limit int
}

// ListJobs is one page of jobs, the newest first, as lists show them, and the cursor of the next page, "" when there is none. A job that is made
// meanwhile never shifts a page. A page may be short, even empty, although there is a next one: when few of the many jobs looked at were wanted.
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
	way, err := s.shortest(ctx, q)
	if err != nil {
		return nil, "", err
	}
	// What the index does not answer is seen at the jobs themselves. How many are looked at for one page is bounded.
	const mostRounds, atLeast = 20, 200
	look := limit
	if way.answers < q.conditions() {
		look = max(limit, atLeast)
	}
	next = q.After
	for range mostRounds {
		members, more, err := s.newest(ctx, q, way.indexes, next, look)
		if err != nil {
			return nil, "", err
		}
		found, err := s.placedHeads(ctx, members)
		if err != nil {
			return nil, "", err
		}
		for _, j := range found {
			if !q.wants(j) {
				continue
			}
			jobs = append(jobs, j)
			if len(jobs) == limit {
				if j.ID == members[len(members)-1].id() && !more {
					return jobs, "", nil
				}
				return jobs, j.member(), nil
			}
		}
		if !more {
			return jobs, "", nil
		}
		next = members[len(members)-1].member
	}
	return jobs, next, nil
}

// placed is a job by its place in the indexes of its scheduler.
type placed struct{ uid, member string }

func (p placed) id() string { return jobOfMember(p.uid, p.member) }

func (s *Store) placedHeads(ctx context.Context, members []placed) ([]Job, error) {
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.id()
	}
	return s.jobHeads(ctx, ids)
}

// newest merges indexes: up to limit jobs below a cursor, the newest first, and whether there may be more.
func (s *Store) newest(ctx context.Context, q JobQuery, indexes []string, below string, limit int) (members []placed, more bool, err error) {
	least, most := q.bounds(below)
	sources := make([]placed, 0, len(q.SchedulerUIDs)*len(indexes)) // of each its index, in place of a member
	for _, uid := range q.SchedulerUIDs {
		for _, index := range indexes {
			sources = append(sources, placed{uid, index})
		}
	}
	for some := range slices.Chunk(sources, pipelined) {
		read := make([]*redis.StringSliceCmd, len(some))
		if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
			for i, src := range some {
				read[i] = p.ZRevRangeByLex(ctx, slot(src.uid)+src.member, &redis.ZRangeBy{Min: least, Max: most, Count: int64(limit) + 1})
			}
			return nil
		}); err != nil {
			return nil, false, err
		}
		for i, src := range some {
			for _, m := range read[i].Val() {
				members = append(members, placed{src.uid, m})
			}
		}
	}
	slices.SortFunc(members, func(a, b placed) int {
		if c := strings.Compare(b.member, a.member); c != 0 {
			return c
		}
		return strings.Compare(a.uid, b.uid)
	})
	// A job that changed its state between two reads stands in two indexes.
	members = slices.Compact(members)
	if len(members) > limit {
		return members[:limit], true, nil
	}
	return members, false, nil
}
