package store

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// DeleteJob forgets a job. One that has not ended is fault.Conflict; one that is not there is fault.NotFound.
func (s *Store) DeleteJob(ctx context.Context, id string) error {
	uid, ok := JobScheduler(id)
	if !ok {
		return noSuchJob(id)
	}
	jobs, err := s.jobHeads(ctx, []string{id})
	if err != nil {
		return err
	}
	if len(jobs) == 0 {
		return noSuchJob(id)
	}
	return s.forget(ctx, uid, jobs)
}

// forget deletes ended jobs of one scheduler, all or none.
func (s *Store) forget(ctx context.Context, uid string, jobs []Job) error {
	args := []any{channel, uid, len(jobs)}
	for _, j := range jobs {
		indexes := constantIndexes(j.Spec)
		args = append(args, j.ID, jobMember(j.ID), len(indexes))
		for _, name := range indexes {
			args = append(args, name)
		}
	}
	word, rest, err := s.run(ctx, s.scripts.jobsDelete, slot(uid), args...)
	if err != nil {
		return err
	}
	switch word {
	case "ok":
		return nil
	case "missing":
		return noSuchJob(strings.Join(rest, ""))
	case "active":
		return fault.Conflict.New("job %q has not ended: cancel it first", strings.Join(rest, ""))
	}
	return unexpected(word)
}

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
		for i, m := range members {
			members[i] = uid + "-" + m
		}
		jobs, err := s.jobHeads(ctx, members)
		if err != nil {
			return err
		}
		// Somebody else may be burying the same one.
		if err := s.forget(ctx, uid, jobs); err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
	}
	keys := []string{slot(uid) + "events", slot(uid) + "natives"}
	if err := s.client.Del(ctx, keys...).Err(); err != nil {
		return s.explain(err)
	}
	if err := s.client.HDel(ctx, slot(uid)+"meta", "cursor").Err(); err != nil {
		return s.explain(err)
	}
	return nil
}
