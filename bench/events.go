package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/oceanid/oceanid/internal/call"
	"github.com/oceanid/oceanid/internal/catalog"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

const manyEvents = 10_000

// event is one of them; both sides send the same.
func event(i int) scheduler.Event {
	return scheduler.Event{Status: scheduler.Status{ID: "1", Token: "t", Task: i, State: scheduler.Running}, Cursor: "c"}
}

// eventsRow reads a stream of events as the host does, with all its checks, and the same messages as they come.
func eventsRow(ctx context.Context) (ours, peer func(context.Context) error, stop func(), err error) {
	dir, link, err := self()
	if err != nil {
		return nil, nil, nil, err
	}
	c := catalog.Open(catalog.Options{Blocks: []catalog.Block{{Name: "bench", Path: link}}})
	client, conn, err := startBare(link)
	if err != nil {
		return nil, nil, nil, err
	}
	d, err := c.Driver(ctx, "bench")
	if err != nil {
		return nil, nil, nil, err
	}
	s := scheduled(d, call.Limits{})
	errAll := errors.New("all have come")
	ours = func(ctx context.Context) error {
		n := 0
		err := s.Watch(ctx, "", func(scheduler.Event) error {
			if n++; n == manyEvents {
				return errAll
			}
			return nil
		})
		if n != manyEvents {
			return fmt.Errorf("%d events came: %w", n, err)
		}
		return nil
	}
	peer = func(ctx context.Context) error {
		stream, err := schedulerv1.NewEventsClient(conn).Watch(ctx, &schedulerv1.WatchRequest{})
		for n := 0; err == nil && n < manyEvents; n++ {
			_, err = stream.Recv()
		}
		return err
	}
	return ours, peer, func() { client.Kill(); c.Close(context.Background()); os.RemoveAll(dir) }, nil
}
