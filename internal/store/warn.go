package store

import (
	"context"
	"strings"
)

// warn tells the log about a Redis that is set up so that it may lose what it acknowledged. One that does not say, says nothing.
func (s *Store) warn(ctx context.Context) {
	info, err := s.client.Info(ctx, "memory", "persistence").Result()
	if err != nil {
		return
	}
	told := map[string]string{}
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		told[name] = value
	}
	if policy := told["maxmemory_policy"]; policy != "" && policy != "noeviction" && told["maxmemory"] != "0" {
		s.log.Warn("this Redis drops keys when its memory is full: jobs will be lost; set maxmemory-policy to noeviction", "redis", s.where, "maxmemory-policy", policy)
	}
	if told["aof_enabled"] == "0" {
		s.log.Warn("this Redis keeps no append-only file: what it acknowledged is lost when it dies; set appendonly to yes", "redis", s.where)
	}
}
