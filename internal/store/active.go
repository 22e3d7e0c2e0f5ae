package store

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"
)

// Active are the scheduler's jobs whose state is not terminal, as lists show them, the oldest first. after is the ID of the last one of the page
// before; a page shorter than the limit (default and most: 1000) is the last one. Where that job has been deleted meanwhile, the pages begin anew.
func (s *Store) Active(ctx context.Context, uid, after string, limit int) ([]Job, error) {
	if err := checkUID(uid); err != nil {
		return nil, err
	}
	limit = pageSize(limit, 1000)
	from, err := s.memberAfter(ctx, uid, after, "member")
	if err != nil {
		return nil, err
	}
	var page []Job
	// One round does it, unless a job is deleted between the reading of its name and that of its record.
	for {
		read := s.client.ZRangeByLex(ctx, slot(uid)+indexActive, &redis.ZRangeBy{Min: from, Max: "+", Count: int64(limit - len(page))})
		if err := s.explained(read); err != nil {
			return nil, err
		}
		members := read.Val()
		if len(members) == 0 {
			return page, nil
		}
		from = "(" + members[len(members)-1]
		jobs, err := s.jobHeads(ctx, jobsOfMembers(uid, members))
		if err != nil {
			return nil, err
		}
		page = append(page, jobs...)
		if len(page) >= limit {
			return page, nil
		}
	}
}

// ActiveCount is the number of jobs that have not ended, by the UID of the scheduler.
func (s *Store) ActiveCount(ctx context.Context, uids []string) (map[string]int, error) {
	counts := make(map[string]int, len(uids))
	for some := range slices.Chunk(uids, pipelined) {
		read := make([]*redis.IntCmd, len(some))
		if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
			for i, uid := range some {
				read[i] = p.ZCard(ctx, slot(uid)+indexActive)
			}
			return nil
		}); err != nil {
			return nil, err
		}
		for i, uid := range some {
			counts[uid] = int(read[i].Val())
		}
	}
	return counts, nil
}
