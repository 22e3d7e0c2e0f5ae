package store

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// EndedBefore are up to limit (default and most: 1000) jobs of a scheduler that the store was told had ended before t, those that ended first at first.
// after is the last one that an earlier page gave and the caller has left where it is: what is deleted meanwhile is not met again. Where that job has been
// deleted too the pages begin anew.
func (s *Store) EndedBefore(ctx context.Context, uid string, t time.Time, after string, limit int) (ids []string, err error) {
	if err := checkUID(uid); err != nil {
		return nil, err
	}
	from, err := s.memberAfter(ctx, uid, after, "ended")
	if err != nil {
		return nil, err
	}
	members, err := s.endedMembers(ctx, uid, from, "("+instant(t), pageSize(limit, 1000))
	return jobsOfMembers(uid, members), err
}

// Ended are up to limit (default and most: 1000) jobs of a scheduler that the store was told had ended at since or later, as lists show them, those that
// ended first at first. after is the ID of the last one of the page before; where that has been deleted meanwhile the pages begin anew. A page without
// any is the last one.
func (s *Store) Ended(ctx context.Context, uid string, since time.Time, after string, limit int) ([]Job, error) {
	if err := checkUID(uid); err != nil {
		return nil, err
	}
	from, err := s.memberAfter(ctx, uid, after, "ended")
	if err != nil {
		return nil, err
	}
	if first := "[" + instant(since); from == "-" || from[1:] < first[1:] {
		from = first
	}
	// One round does it, unless jobs are deleted between the reading of their names and that of their records.
	for {
		members, err := s.endedMembers(ctx, uid, from, "+", pageSize(limit, 1000))
		if err != nil || len(members) == 0 {
			return nil, err
		}
		jobs, err := s.jobHeads(ctx, jobsOfMembers(uid, members))
		if err != nil || len(jobs) > 0 {
			return jobs, err
		}
		from = "(" + members[len(members)-1]
	}
}

func (s *Store) endedMembers(ctx context.Context, uid, from, to string, limit int) ([]string, error) {
	read := s.client.ZRangeByLex(ctx, slot(uid)+indexEnded, &redis.ZRangeBy{Min: from, Max: to, Count: int64(limit)})
	return read.Val(), s.explained(read)
}
