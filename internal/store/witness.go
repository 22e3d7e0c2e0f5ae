package store

import (
	"context"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Witness is what somebody has seen of a scheduler's past in the store. The zero value has seen nothing.
type Witness struct {
	server  string // which server process answered; "": it does not tell, or there is none
	history string // made by chance when the first witness came; gone with a store that was emptied
	event   EventID
	what    string // that event itself, to find another one in its place
}

// Witness looks whether the store may have gone back since an earlier look: a Redis that was killed and lost its last second, a replica that was behind
// when it took over, an older copy that was brought back, a database that was emptied. Then what the pool has must be compared with what the store
// has. It is never wrong when it says that nothing was lost; it also says that something may be lost when Redis was only restarted.
//
// Who has seen nothing (the zero Witness), as a process that was killed together with Redis, goes by what Reconciled was told last.
func (s *Store) Witness(ctx context.Context, uid string, before Witness) (now Witness, wentBack bool, err error) {
	if err := checkUID(uid); err != nil {
		return Witness{}, false, err
	}
	// The server is asked before it is looked what it has: one that takes over in between is noticed by the next look at the latest.
	if now.server, err = s.serverRun(ctx, slot(uid)); err != nil {
		return Witness{}, false, err
	}
	kept, reconciled, err := s.lookAt(ctx, uid, before.event, &now)
	if err != nil {
		return Witness{}, false, err
	}
	if before == (Witness{}) {
		return now, now.server != "" && reconciled != now.server, nil
	}
	return now, now.server != before.server || now.history != before.history || now.event < before.event || kept != before.what, nil
}

// Server names the server process that keeps a scheduler's jobs now; "": it does not tell, or the store is the embedded one.
func (s *Store) Server(ctx context.Context, uid string) (string, error) {
	return s.serverRun(ctx, slot(uid))
}

// Reconciled notes that the pool was asked for what the store may have lost before that server process began, which Server named before the pool was asked.
func (s *Store) Reconciled(ctx context.Context, uid, server string) error {
	if err := checkUID(uid); err != nil || server == "" {
		return err
	}
	return s.explained(s.client.HSet(ctx, slot(uid)+"meta", "server", server))
}

// lookAt completes a witness, and gives the event that an earlier one saw as it is now, and what Reconciled was told last: at first that is what there is.
func (s *Store) lookAt(ctx context.Context, uid string, seen EventID, now *Witness) (kept, reconciled string, err error) {
	var meta *redis.SliceCmd
	var newest, earlier *redis.XMessageSliceCmd
	if err := s.pipeline(ctx, func(p redis.Pipeliner) error {
		p.HSetNX(ctx, slot(uid)+"meta", "history", newNonce())
		if now.server != "" {
			p.HSetNX(ctx, slot(uid)+"meta", "server", now.server)
		}
		meta = p.HMGet(ctx, slot(uid)+"meta", "history", "server")
		earlier = p.XRangeN(ctx, slot(uid)+"events", eventKey(seen), eventKey(seen), 1)
		newest = p.XRevRangeN(ctx, slot(uid)+"events", "+", "-", 1)
		return nil
	}); err != nil {
		return "", "", err
	}
	v := texts(meta.Val())
	now.history = v[0]
	for _, m := range newest.Val() {
		now.event, now.what = eventNumber(m.ID), eventText(m)
	}
	for _, m := range earlier.Val() {
		kept = eventText(m)
	}
	return kept, v[1], nil
}

// serverRun names the process that answers for a key.
func (s *Store) serverRun(ctx context.Context, key string) (string, error) {
	if s.local != nil {
		// What the embedded store has acknowledged its next process has too.
		return "", nil
	}
	var node redis.Cmdable = s.client
	if c, ok := s.client.(*redis.ClusterClient); ok {
		master, err := c.MasterForKey(ctx, key)
		if err != nil {
			return "", s.explain(err)
		}
		node = master
	}
	info, err := node.Info(ctx, "server").Result()
	if _, refused := err.(redis.Error); refused {
		return "", nil // one that does not tell can only be known by what it has
	}
	if err != nil {
		return "", s.explain(err)
	}
	for line := range strings.Lines(info) {
		if run, ok := strings.CutPrefix(strings.TrimSpace(line), "run_id:"); ok {
			return run, nil
		}
	}
	return "", nil
}
