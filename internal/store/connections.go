package store

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// LogConnections has log told what becomes of connections to Redis, from any goroutine, in place of standard error, to which go-redis prints it otherwise. What
// comes of it the store tells anyway. It is for programs alone: it holds for every Redis client of the process, those of others too, so that no
// library may call it behind its user's back.
func LogConnections(log func(text string)) { redis.SetLogger(connectionLog(log)) }

type connectionLog func(string)

// Printf makes it the logger that go-redis wants.
func (l connectionLog) Printf(_ context.Context, format string, args ...any) {
	l(fmt.Sprintf(format, args...))
}
