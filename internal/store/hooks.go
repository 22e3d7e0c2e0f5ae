package store

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// A hook is a portal's handler of a scheduler's events, by its name. The store keeps for each up to where it has been told, and the letters: events
// that it has to be told again, and those that were given up.

// HookLease is the name of the lease under which one process at a time serves a hook.
func HookLease(hook string) string { return "hook:" + hook }

// HookCursor is the event up to which a hook has been told; false: it has never been told any.
func (s *Store) HookCursor(ctx context.Context, uid, hook string) (EventID, bool, error) {
	read := s.client.HGet(ctx, slot(uid)+"hooks", hook)
	if errors.Is(read.Err(), redis.Nil) {
		return 0, false, nil
	}
	if err := s.explained(read); err != nil {
		return 0, false, err
	}
	return EventID(integer(read.Val())), true, nil
}

// SetHookCursor notes in one step up to which event a hook has been told, and what of it is to be told again. Letters with an ID that is waiting already
// are replaced. fence is that of the lease named HookLease (0: under none); if another process has got that lease since, it is fault.Conflict and
// nothing is written.
func (s *Store) SetHookCursor(ctx context.Context, uid, hook string, fence int64, id EventID, retry []Letter) error {
	if err := checkHook(uid, hook); err != nil {
		return err
	}
	a := arguments{list: []any{hook, fence, strconv.FormatInt(int64(id), 10), len(retry)}}
	for _, l := range retry {
		if l.ID == "" {
			return fault.By(fault.Host, fault.Invalid.New("store: hook %q: a letter has no ID", hook))
		}
		a.put(l.ID, millis(l.Due))
		a.json(letterData{l.Event.ID, l.Event, l.Attempts, l.Reason})
	}
	if a.err != nil {
		return a.err
	}
	word, _, err := s.run(ctx, s.scripts.hookSet, slot(uid), a.list...)
	switch {
	case err != nil:
		return err
	case word == "fence":
		return behindHookFence(uid, hook)
	case word != "ok":
		return unexpected(word)
	}
	return nil
}

func behindHookFence(uid, hook string) error {
	return fault.By(fault.Host, fault.Conflict.New("hook %q of scheduler %s: another process has the lease now", hook, uid))
}

// hookKeys are the names of all keys that hooks of a scheduler have besides "hooks".
func (s *Store) hookKeys(ctx context.Context, uid string) (keys []string, err error) {
	read := s.client.HKeys(ctx, slot(uid)+"hooks")
	if err := s.explained(read); err != nil {
		return nil, err
	}
	for _, hook := range slices.Sorted(slices.Values(read.Val())) {
		for _, kind := range []string{"letters:", "due:", "dead:", "buried:"} {
			keys = append(keys, slot(uid)+kind+hook)
		}
	}
	return keys, nil
}

func checkHook(uid, hook string) error {
	if hook == "" || len(hook) > 256 {
		return fault.By(fault.Host, fault.Invalid.New("store: %q is not the name of a hook: it has 1 to 256 bytes", hook))
	}
	return checkUID(uid)
}
