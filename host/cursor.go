package host

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

// places are where a reader is in the streams of schedulers, by UID. Its text is what a cursor is outside.
type places map[string]place

// place is an event's number in its stream, and a mark of that very event: a store that has gone back gives the number to another one. Cursors of before there
// were marks have none.
type place struct {
	id   store.EventID
	mark string
}

func placeOf(e store.Event) place {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s %d", e.Job, e.Revision, e.State, e.Time.UnixMilli()))
	return place{e.ID, base64.RawURLEncoding.EncodeToString(sum[:9])}
}

// MarshalJSON is json.Marshaler's: a number, or where there is a mark a text with both.
func (p place) MarshalJSON() ([]byte, error) {
	number := strconv.FormatInt(int64(p.id), 10)
	if p.mark == "" {
		return []byte(number), nil
	}
	return json.Marshal(number + ":" + p.mark)
}

// UnmarshalJSON is json.Unmarshaler's.
func (p *place) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
	}
	number, mark, _ := strings.Cut(text, ":")
	id, err := strconv.ParseInt(number, 10, 64)
	*p = place{store.EventID(id), mark}
	return err
}

func (p places) text() string {
	raw, _ := json.Marshal(p) // it always marshals
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parsePlaces reads a cursor; nil: it is "", from now on.
func parsePlaces(text string) (places, error) {
	switch text {
	case "":
		return nil, nil
	case FromStart:
		return places{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, fault.Invalid.New("the cursor is none that an event had")
	}
	all := places{}
	if json.Unmarshal(raw, &all) != nil || all == nil {
		return nil, fault.Invalid.New("the cursor is none that an event had")
	}
	return all, nil
}

// lastPlace is where a scheduler's stream ends now.
func (h *Host) lastPlace(ctx context.Context, uid string) (place, error) {
	last, err := h.store.LastEvent(ctx, uid)
	if err != nil || last == 0 {
		return place{}, err
	}
	events, err := h.store.Events(ctx, uid, last-1, 1)
	if errors.Is(err, fault.Conflict) || err == nil && len(events) == 0 {
		return place{id: last}, nil
	}
	if err != nil {
		return place{}, err
	}
	return placeOf(events[0]), nil
}

// eventsAfter are the next events of a scheduler. The one at the place itself is read once more and compared: where it is gone, or another one, it cannot be
// told what is missing.
func (h *Host) eventsAfter(ctx context.Context, uid string, at place) ([]store.Event, error) {
	const page = 500
	if at.mark == "" {
		return h.store.Events(ctx, uid, at.id, page)
	}
	events, err := h.store.Events(ctx, uid, at.id-1, page)
	if err == nil && (len(events) == 0 || placeOf(events[0]) != at) {
		err = fault.Conflict.New("the store has gone back in time since, and has other events than it had: look at the jobs and begin anew")
	}
	if err != nil {
		return nil, err
	}
	return events[1:], nil
}
