package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// between does something once, after a command of that name was answered.
type between struct {
	command string
	do      func()
}

func (b *between) DialHook(next redis.DialHook) redis.DialHook { return next }

func (b *between) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (b *between) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if do := b.do; do != nil && cmd.Name() == b.command {
			b.do = nil
			do()
		}
		return err
	}
}

// A page of dead letters is as long as it can be, although one of them goes while it is read: a short one would be taken for the last.
func TestADeadLetterThatGoesWhileItIsListed(t *testing.T) {
	t.Parallel()
	o, err := redis.ParseURL(redisLab(t).URL)
	must(t, err)
	client := redis.NewClient(o)
	defer client.Close()
	s := mustOpen(t, store.Options{Client: client, Path: t.TempDir()})
	uid, hook := newScheduler(t, s).UID, "h"
	for _, id := range []string{"1", "2", "3", "4"} {
		l := store.Letter{ID: id, Event: store.Event{Job: "j", State: scheduler.Failed}, Due: time.Now()}
		must(t, s.SetHookCursor(t.Context(), uid, hook, 0, 4, []store.Letter{l}))
		must(t, s.SettleLetter(t.Context(), uid, hook, 0, l, false, true))
	}
	client.AddHook(&between{"zrangebylex", func() { must(t, s.DropDead(t.Context(), uid, hook, "2")) }})
	page, err := s.DeadLetters(t.Context(), uid, hook, "", 2)
	if err != nil || len(page) != 2 || page[0].ID != "1" || page[1].ID != "3" {
		t.Errorf("got %+v, %v", page, err)
	}
}
