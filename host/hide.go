package host

import (
	"context"
	"time"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/store"
)

// hider takes the secrets of a scheduler out of a text.
type hider struct {
	revision int64
	hide     func(text string) string
}

const (
	// unsealing bounds how long somebody who waits for an error waits for its words.
	unsealing = 10 * time.Second
	// unspeakable stands for words that may quote secrets which are not known.
	unspeakable = "what the driver said is not shown, because the scheduler's secrets, which it may quote, cannot be read now"
)

// hide takes the secrets of a scheduler out of what its driver says. They are unsealed once for each revision.
func (h *Host) hide(ctx context.Context, r store.Scheduler, text string) string {
	if len(r.Sealed) == 0 {
		return text
	}
	h.links.mu.Lock()
	known := h.links.hiders[r.UID]
	h.links.mu.Unlock()
	if known.hide != nil && known.revision == r.Revision {
		return known.hide(text)
	}
	ctx, cancel := context.WithTimeout(ctx, unsealing)
	defer cancel()
	v, err := h.values(ctx, r)
	if err != nil {
		return unspeakable
	}
	known = hider{r.Revision, config.Redactor(v.Secret)}
	h.links.mu.Lock()
	if h.links.hiders[r.UID].revision <= r.Revision {
		h.links.hiders[r.UID] = known
	}
	h.links.mu.Unlock()
	return known.hide(text)
}

// unlearn forgets the secrets of a scheduler that is gone.
func (l *links) unlearn(uid string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.hiders, uid)
}
