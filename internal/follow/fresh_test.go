package follow

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// life answers for a Redis which of its processes it is.
type life struct{ run atomic.Pointer[string] }

func (l *life) is(run string) { l.run.Store(&run) }

func (l *life) DialHook(next redis.DialHook) redis.DialHook { return next }

func (l *life) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (l *life) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		info, ok := cmd.(*redis.StringCmd)
		if !ok || cmd.Name() != "info" {
			return next(ctx, cmd)
		}
		info.SetVal("run_id:" + *l.run.Load() + "\r\n")
		return nil
	}
}

// A job is found again of which nothing is left but the job at the pool: Redis has lost it, the process that submitted it has died with Redis, and the
// scheduler has no other job for which a new process would follow it.
func TestAJobThatOnlyThePoolRemembers(t *testing.T) {
	t.Parallel()
	redisLife := &life{}
	redisLife.is("first")
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	client.AddHook(redisLife)
	t.Cleanup(func() { client.Close() })
	s, err := store.Open(t.Context(), store.Options{Client: client, Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	sch, err := s.CreateScheduler(t.Context(), store.Scheduler{Name: "Default", Type: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	p := newPool(call.Finds)
	// A host has seen the scheduler before.
	first := begin(t, s, p, "first", Rules{})
	eventually(t, "the first look", func() bool { return client.HExists(t.Context(), "oceanid:{"+sch.UID+"}:meta", "server").Val() })
	first.kill()

	id := store.JobID(sch.UID, "", time.Now())
	p.take(scheduler.Job{Token: id, Command: "x"}, nil)
	redisLife.is("second")
	begin(t, s, p, "second", Rules{})
	eventually(t, "the job", func() bool { return state(t, s, id) == scheduler.Queued })
	// The next process has no reason to doubt.
	eventually(t, "an end of the doubt", func() bool {
		_, back, err := s.Witness(t.Context(), sch.UID, store.Witness{})
		return err == nil && !back
	})
}
