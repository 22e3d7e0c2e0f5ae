package store

import (
	"context"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// DeadLetters are up to limit (default 50, at most 1000) letters of a hook that were given up, in the byte order of their IDs. after is the ID of the last
// one of the page before; "" is the first page.
func (s *Store) DeadLetters(ctx context.Context, uid, hook, after string, limit int) ([]Letter, error) {
	if err := checkHook(uid, hook); err != nil {
		return nil, err
	}
	read := s.client.ZRangeByLex(ctx, slot(uid)+"buried:"+hook, &redis.ZRangeBy{Min: lexAfter(after), Max: "+", Count: int64(pageSize(limit, 50))})
	if err := s.explained(read); err != nil {
		return nil, err
	}
	return s.letters(ctx, uid, "dead:"+hook, read.Val())
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
	word, err := s.moveLetter(ctx, uid, hook, "again", l)
	if err == nil && word == "missing" {
		err = noSuchLetter(hook, id)
	}
	return err
}

// DropDead forgets a letter that was given up. One that is not there is fault.NotFound.
func (s *Store) DropDead(ctx context.Context, uid, hook, id string) error {
	word, err := s.moveLetter(ctx, uid, hook, "drop", Letter{ID: id})
	if err == nil && word == "missing" {
		err = noSuchLetter(hook, id)
	}
	return err
}

func noSuchLetter(hook, id string) error {
	return fault.NotFound.New("hook %q: no letter %q was given up", hook, id)
}
