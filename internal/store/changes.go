package store

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"
)

// Changes yields the UID of a scheduler soon after something of its jobs or its record was changed by any process, and "" when something
// may have been missed (at first, and whenever the connection was lost): then look at all. A slow reader gets each UID once. The channel is
// closed when ctx is done or the store is closed.
func (s *Store) Changes(ctx context.Context) <-chan string {
	out := make(chan string)
	s.watchers.Go(func() {
		defer close(out)
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		defer context.AfterFunc(s.done, stop)()

		sub := s.client.Subscribe(ctx, channel)
		defer sub.Close()
		relay(ctx, sub.ChannelWithSubscriptions(s.vigilance()...), out)
	})
	return out
}

// vigilance is how a subscription finds out that nobody is there any more: a server is asked every few seconds, for a network may drop a connection without a
// word. The embedded store's socket ends with its process, so that an idle host has nothing to wake up for.
func (s *Store) vigilance() []redis.ChannelOption {
	if s.local == nil {
		return nil
	}
	return []redis.ChannelOption{redis.WithChannelHealthCheckInterval(0)}
}

// relay passes on what a subscription says, keeping what the reader has not taken yet.
func relay(ctx context.Context, in <-chan any, out chan<- string) {
	var pending []string
	for {
		var send chan<- string
		var first string
		if len(pending) > 0 {
			send, first = out, pending[0]
		}
		select {
		case <-ctx.Done():
			return
		case send <- first:
			pending = pending[1:]
		case m, ok := <-in:
			if !ok {
				return
			}
			uid := ""
			// Anything but a message is a subscription, the first or one after the connection was lost.
			if m, ok := m.(*redis.Message); ok {
				uid = m.Payload
			}
			if !slices.Contains(pending, uid) {
				pending = append(pending, uid)
			}
		}
	}
}
