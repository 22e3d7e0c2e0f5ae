package store

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// buryAll forgets everything about the jobs of deleted schedulers. What remains of each is the note that it takes no new jobs.
func (s *Store) buryAll(ctx context.Context) error {
	graves, err := s.client.SMembers(ctx, registry+"graves").Result()
	if err != nil {
		return s.explain(err)
	}
	for _, uid := range graves {
		if err := s.bury(ctx, uid); err != nil {
			return err
		}
		if err := s.client.SRem(ctx, registry+"graves", uid).Err(); err != nil {
			return s.explain(err)
		}
	}
	return nil
}

func (s *Store) bury(ctx context.Context, uid string) error {
	const atOnce = 200
	for {
		members, err := s.client.ZRangeByLex(ctx, slot(uid)+indexAll, &redis.ZRangeBy{Min: "-", Max: "+", Count: atOnce}).Result()
		if err != nil {
			return s.explain(err)
		}
		if len(members) == 0 {
			break
		}
		jobs, err := s.jobHeads(ctx, jobsOfMembers(uid, members))
		if err != nil {
			return err
		}
		if len(jobs) == 0 {
			// The records went without us, as where Redis drops keys when its memory is full.
			if err := s.client.ZRem(ctx, slot(uid)+indexAll, anys(members)...).Err(); err != nil {
				return s.explain(err)
			}
			continue
		}
		// Somebody else may be burying the same one.
		if err := s.forget(ctx, uid, jobs); err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
	}
	keys, err := s.hookKeys(ctx, uid)
	if err != nil {
		return err
	}
	for _, name := range []string{"events", "natives", "usage", "tombs", "hooks"} {
		keys = append(keys, slot(uid)+name)
	}
	if err := s.client.Del(ctx, keys...).Err(); err != nil {
		return s.explain(err)
	}
	if err := s.client.HDel(ctx, slot(uid)+"meta", "cursor", "heard", "silent", "silence").Err(); err != nil {
		return s.explain(err)
	}
	return nil
}
