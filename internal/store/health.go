package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Health is how a scheduler's pool answers.
type Health struct {
	// Heard is when it last answered; zero: never.
	Heard time.Time
	// Since is since when it has not answered; zero: it does.
	Since time.Time
	// Reason says why it does not.
	Reason string
}

// SetHealth writes down how a scheduler's pool answers, to the millisecond. fence is that of the lease under which the caller follows the pool (0: under
// none); if another follower has got a lease since, it is fault.Conflict and nothing is written. Changes tells of it when the pool begins or ceases to
// answer. It is a write like any other: who hears of the pool all the time says so every few seconds.
func (s *Store) SetHealth(ctx context.Context, uid string, fence int64, h Health) error {
	if err := checkUID(uid); err != nil {
		return err
	}
	word, _, err := s.run(ctx, s.scripts.healthSet, slot(uid), channel, uid, fence, millis(h.Heard), millis(h.Since), h.Reason)
	switch {
	case err != nil:
		return err
	case word == "fence":
		return behindFence(uid)
	case word != "ok":
		return unexpected(word)
	}
	return nil
}

// Health is what the last SetHealth said, by the UID of the scheduler. One that nobody has said anything of is left out.
func (s *Store) Health(ctx context.Context, uids []string) (map[string]Health, error) {
	all := make(map[string]Health, len(uids))
	for some := range slices.Chunk(uids, pipelined) {
		read := make([]*redis.SliceCmd, len(some))
		if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
			for i, uid := range some {
				read[i] = p.HMGet(ctx, slot(uid)+"meta", "heard", "silent", "silence")
			}
			return nil
		}); err != nil {
			return nil, err
		}
		for i, uid := range some {
			if v := texts(read[i].Val()); v[0] != "" {
				all[uid] = Health{Heard: fromMillis(v[0]), Since: fromMillis(v[1]), Reason: v[2]}
			}
		}
	}
	return all, nil
}

// millis is a time in milliseconds, 0 for none.
func millis(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

func behindFence(uid string) error {
	return fault.By(fault.Host, fault.Conflict.New("scheduler %s: another follower has the lease now", uid))
}
