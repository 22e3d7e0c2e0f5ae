package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/sdk/fault"
)

// explain makes a fault of what go-redis says. It must not be asked about redis.Nil, which is an answer.
func (s *Store) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return fault.Cancelled.New("store: %w", err)
	case errors.Is(err, context.DeadlineExceeded):
		return fault.By(fault.Host, fault.Timeout.New("store: %s did not answer in time: %w", s.where, err))
	}
	var refused redis.Error
	if errors.Is(err, fault.Unavailable) || errors.Is(err, fault.Denied) {
		return err // as dialling the embedded store found it
	}
	if !errors.As(err, &refused) {
		return fault.By(fault.Host, fault.Unavailable.New("store: %s does not answer: %w", s.where, err))
	}
	return fault.By(fault.Host, refusalKind(refused.Error()).New("store: %s: %w", s.where, err))
}

// explained is the fault of the first of some commands that failed. Where a key holds what Oceanid never writes it names the key.
func (s *Store) explained(cmds ...redis.Cmder) error {
	for _, cmd := range cmds {
		err := cmd.Err()
		if err == nil || errors.Is(err, redis.Nil) {
			continue
		}
		if strings.HasPrefix(err.Error(), "WRONGTYPE") {
			return s.wrongType(keyOf(cmd), "something else than Oceanid writes there")
		}
		return s.explain(err)
	}
	return nil
}

// pipeline sends commands together. An answer that there is nothing is no error.
func (s *Store) pipeline(ctx context.Context, fill func(redis.Pipeliner) error) error {
	cmds, err := s.client.Pipelined(ctx, fill)
	if told := s.explained(cmds...); told != nil || err == nil || errors.Is(err, redis.Nil) {
		return told
	}
	return s.explain(err)
}

// keyOf is the key of a command that has one.
func keyOf(cmd redis.Cmder) string {
	args := cmd.Args()
	if len(args) < 2 {
		return cmd.Name()
	}
	return fmt.Sprint(args[1])
}

// wrongType is the fault of a key that somebody else has written to.
func (s *Store) wrongType(key, holds string) error {
	return fault.By(fault.Host, fault.Internal.New("store: %s: the key %q holds %s: give Oceanid a database of its own, or bring the key back from a backup", s.where, key, holds))
}

// refusalKind tells a fault's kind from the first word of an error of the server.
func refusalKind(text string) fault.Kind {
	// Before Redis 7 what a script's command was refused with stands within an error of the script.
	if rest, ok := strings.CutPrefix(text, "ERR Error running script"); ok {
		if at := strings.Index(rest, ": -"); at >= 0 {
			text = rest[at+len(": -"):]
		}
	}
	if strings.HasPrefix(text, "ERR max number of clients reached") {
		return fault.Unavailable
	}
	word, _, _ := strings.Cut(text, " ")
	switch word {
	case "NOAUTH", "WRONGPASS", "NOPERM", "DENIED":
		return fault.Denied
	case "OOM":
		return fault.Exhausted
	case "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "READONLY", "MISCONF", "BUSY", "NOREPLICAS", unavailableWord:
		return fault.Unavailable
	}
	return fault.Internal
}
