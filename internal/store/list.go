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
	page := &redis.ZRangeBy{Min: least, Max: most, Count: int64(limit) + 1}
	const mostLooks = 10
	for some := range slices.Chunk(q.SchedulerUIDs, max(1, pipelined/(len(indexes)+2))) {
		// A job that changes its state between two readings may be in neither. Then it is looked again, and what any look has seen counts.
		for range mostLooks {
			found, moved, err := s.look(ctx, some, indexes, page)
			if err != nil {
				return nil, false, err
			}
			if members = append(members, found...); len(moved) == 0 {
				break
			}
			some = moved
		}
	}
	slices.SortFunc(members, func(a, b placed) int {
		if c := strings.Compare(b.member, a.member); c != 0 {
			return c
		}
		return strings.Compare(a.uid, b.uid)
	})
	// A job that changed its state between two readings stands in two indexes.
	members = slices.Compact(members)
	if len(members) > limit {
		return members[:limit], true, nil
	}
	return members, false, nil
}

// look reads a page of some indexes of each of some schedulers, and tells whose jobs changed while it did.
func (s *Store) look(ctx context.Context, uids, indexes []string, page *redis.ZRangeBy) (found []placed, moved []string, err error) {
	read := make([]*redis.StringSliceCmd, 0, len(uids)*len(indexes))
	before, after := make([]*redis.StringCmd, len(uids)), make([]*redis.StringCmd, len(uids))
	alone := len(indexes) == 1
	if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
		for i, uid := range uids {
			if !alone {
				before[i] = p.HGet(ctx, slot(uid)+"meta", "seq")
			}
			for _, index := range indexes {
				read = append(read, p.ZRevRangeByLex(ctx, slot(uid)+index, page))
			}
			if !alone {
				after[i] = p.HGet(ctx, slot(uid)+"meta", "seq")
			}
		}
		return nil
	}); err != nil {
		return nil, nil, err
	}
	for i, uid := range uids {
		for n := range indexes {
			for _, m := range read[i*len(indexes)+n].Val() {
				found = append(found, placed{uid, m})
			}
		}
		if !alone && before[i].Val() != after[i].Val() {
			moved = append(moved, uid)
		}
	}
	return found, moved, nil
}
