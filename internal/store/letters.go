package store

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Letter is an event that a hook has to be told again, or that was given up.
type Letter struct {
	// ID names the letter among those of its hook: usually the event's.
	ID string
	// Event is what is told.
	Event Event
	// Attempts is how often it was told in vain, Reason why the last time.
	Attempts int
	Reason   string
	// Due is when it is to be told again, to the millisecond; zero of one that was given up.
	Due time.Time
}

// letterData is how a letter is kept. What Event leaves out of its JSON the stream and the key say elsewhere.
type letterData struct {
	ID       EventID `json:"id"`
	Event    Event   `json:"event"`
	Attempts int     `json:"attempts"`
	Reason   string  `json:"reason,omitempty"`
}

// DueLetters are up to limit (default 100) letters of a hook whose time has come, the earliest first, and when the one after them is due; zero: there is
// none.
func (s *Store) DueLetters(ctx context.Context, uid, hook string, now time.Time, limit int) (letters []Letter, next time.Time, err error) {
	if err := checkHook(uid, hook); err != nil {
		return nil, time.Time{}, err
	}
	if limit <= 0 {
		limit = 100
	}
	read := s.client.ZRangeWithScores(ctx, slot(uid)+"due:"+hook, 0, int64(limit))
	if err := s.explained(read); err != nil {
		return nil, time.Time{}, err
	}
	due := map[string]time.Time{}
	var ids []string
	for i, z := range read.Val() {
		at := fromMillis(strconv.FormatInt(int64(z.Score), 10))
		if i == limit || at.After(now) {
			if at.IsZero() {
				at = now
			}
			next = at
			break
		}
		id, _ := z.Member.(string)
		ids, due[id] = append(ids, id), at
	}
	if letters, err = s.letters(ctx, uid, "letters:"+hook, ids); err != nil {
		return nil, time.Time{}, err
	}
	for i := range letters {
		letters[i].Due = due[letters[i].ID]
	}
	return letters, next, nil
}

// SettleLetter says what became of a letter of DueLetters: done, it goes; dead, it was given up; neither, it is told again at l.Due, with l.Attempts and
// l.Reason. One that does not wait any more is left as it is. fence is that of the lease named HookLease (0: under none); if another process has got that
// lease since, it is fault.Conflict and nothing is written: that one may have told the letter, and settled it otherwise.
func (s *Store) SettleLetter(ctx context.Context, uid, hook string, fence int64, l Letter, done, dead bool) error {
	what := "wait"
	if done {
		what = "done"
	} else if dead {
		what = "dead"
	}
	word, err := s.moveLetter(ctx, uid, hook, fence, what, l)
	if err == nil && word == "fence" {
		err = behindHookFence(uid, hook)
	}
	return err
}

// moveLetter runs the script that moves letters, and gives its answer.
func (s *Store) moveLetter(ctx context.Context, uid, hook string, fence int64, what string, l Letter) (string, error) {
	if err := checkHook(uid, hook); err != nil {
		return "", err
	}
	a := arguments{list: []any{channel, uid, hook, fence, what, l.ID, millis(l.Due)}}
	if a.json(letterData{l.Event.ID, l.Event, l.Attempts, l.Reason}); a.err != nil {
		return "", a.err
	}
	word, _, err := s.run(ctx, s.scripts.letterMove, slot(uid), a.list...)
	return word, err
}

// letters reads letters of one hash, in the order asked; those that are not there are left out.
func (s *Store) letters(ctx context.Context, uid, key string, ids []string) ([]Letter, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	read := s.client.HMGet(ctx, slot(uid)+key, ids...)
	if err := s.explained(read); err != nil {
		return nil, err
	}
	letters := make([]Letter, 0, len(ids))
	for i, text := range texts(read.Val()) {
		if text == "" {
			continue
		}
		var d letterData
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			return nil, fault.By(fault.Host, fault.Internal.New("store: letter %s of %s: %w", ids[i], key, err))
		}
		d.Event.ID, d.Event.SchedulerUID = d.ID, uid
		letters = append(letters, Letter{ID: ids[i], Event: d.Event, Attempts: d.Attempts, Reason: d.Reason})
	}
	return letters, nil
}
