package store

import (
	"context"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

const (
	// remembered is how long a deleted job without a key is known to have been there, so that nobody brings it back who finds it at its pool.
	remembered = 30 * 24 * time.Hour
	// forever is a time in milliseconds that does not come.
	forever = int64(1) << 52
)

// DeleteJob forgets a job. One that has not ended is fault.Conflict; one that is not there is fault.NotFound. Deleted still tells of it for 30 days, and
// for ever if it had a key, which then stays used.
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
	now := time.Now()
	a := arguments{list: []any{channel, uid, now.UnixMilli(), len(jobs)}}
	for _, j := range jobs {
		until := now.Add(remembered).UnixMilli()
		if hasKey(j.ID) {
			until = forever
		}
		indexes := j.constantIndexes()
		a.put(j.ID, until, len(indexes))
		for _, name := range indexes {
			a.put(name)
		}
	}
	word, rest, err := s.run(ctx, s.scripts.jobsDelete, slot(uid), a.list...)
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

// Deleted tells which of some jobs of a scheduler were there and have been deleted; the others are left out.
func (s *Store) Deleted(ctx context.Context, uid string, ids []string) (map[string]bool, error) {
	return s.seen(ctx, uid, ids, false)
}

// Known tells which of some jobs of a scheduler are there, or were and have been deleted; the others are left out.
func (s *Store) Known(ctx context.Context, uid string, ids []string) (map[string]bool, error) {
	return s.seen(ctx, uid, ids, true)
}

func (s *Store) seen(ctx context.Context, uid string, ids []string, living bool) (map[string]bool, error) {
	if err := checkUID(uid); err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(ids))
	for start := 0; start < len(ids); start += pipelined {
		some := ids[start:min(start+pipelined, len(ids))]
		tombs := make([]*redis.FloatCmd, len(some))
		records := make([]*redis.IntCmd, len(some))
		err := s.pipeline(ctx, func(p redis.Pipeliner) error {
			for i, id := range some {
				if owner, ok := JobScheduler(id); !ok || owner != uid {
					continue
				}
				// In this order: a job that is deleted in between is seen twice rather than never.
				if living {
					records[i] = p.Exists(ctx, slot(uid)+"job:"+id)
				}
				tombs[i] = p.ZScore(ctx, slot(uid)+"tombs", jobTail(id))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for i, id := range some {
			if tombs[i] == nil {
				continue
			}
			if tombs[i].Err() == nil || living && records[i].Val() > 0 {
				known[id] = true
			}
		}
	}
	return known, nil
}
