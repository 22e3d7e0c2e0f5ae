package store

import (
	"context"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// DeadLetters are up to limit (default 50, at most 1000) letters of a hook that were given up, in the byte order of their IDs. after is the ID of the last
// one of the page before, which need not be there any more; "" is the first page. A shorter page is the last one.
func (s *Store) DeadLetters(ctx context.Context, uid, hook, after string, limit int) ([]Letter, error) {
	if err := checkHook(uid, hook); err != nil {
		return nil, err
	}
	limit = pageSize(limit, 50)
	var page []Letter
	// One round does it, unless letters go between the reading of their names and that of themselves.
	for len(page) < limit {
		read := s.client.ZRangeByLex(ctx, slot(uid)+"buried:"+hook, &redis.ZRangeBy{Min: lexAfter(after), Max: "+", Count: int64(limit - len(page))})
		if err := s.explained(read); err != nil {
			return nil, err
		}
		ids := read.Val()
		if len(ids) == 0 {
			break
		}
		after = ids[len(ids)-1]
		letters, err := s.letters(ctx, uid, "dead:"+hook, ids)
		if err != nil {
			return nil, err
		}
		page = append(page, letters...)
	}
	return page, nil
}

// Redeliver lets a letter that was given up wait again, due at once and as if it had never been told. Changes tells of it. One that is not there is
// fault.NotFound; one that waits again already is no error.
func (s *Store) Redeliver(ctx context.Context, uid, hook, id string) error {
	if err := checkHook(uid, hook); err != nil {
		return err
	}
	found, err := s.letters(ctx, uid, "dead:"+hook, []string{id})
	if err != nil {
		return err
	}
	l := Letter{ID: id}
	if len(found) > 0 {
		l.Event = found[0].Event
	}
	word, err := s.moveLetter(ctx, uid, hook, 0, "again", l)
	if err == nil && word == "missing" {
		err = noSuchLetter(hook, id)
	}
	return err
}

// DropDead forgets a letter that was given up. One that is not there is fault.NotFound.
func (s *Store) DropDead(ctx context.Context, uid, hook, id string) error {
	word, err := s.moveLetter(ctx, uid, hook, 0, "drop", Letter{ID: id})
	if err == nil && word == "missing" {
		err = noSuchLetter(hook, id)
	}
	return err
}

func noSuchLetter(hook, id string) error {
	return fault.NotFound.New("hook %q: no letter %q was given up", hook, id)
}
