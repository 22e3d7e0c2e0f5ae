package store

import (
	"context"
	"errors"
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

// refusalKind tells a fault's kind from the first word of an error of the server.
func refusalKind(text string) fault.Kind {
	word, _, _ := strings.Cut(text, " ")
	switch word {
	case "NOAUTH", "WRONGPASS", "NOPERM":
		return fault.Denied
	case "OOM":
		return fault.Exhausted
	case "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "READONLY", "MISCONF", "BUSY", "NOREPLICAS", unavailableWord:
		return fault.Unavailable
	}
	return fault.Internal
}
