package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/lab"
)

// TestMain runs the tests, or, as the process that a test has started, what that test wants it to do.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	code := m.Run()
	if l := servers.lab; l != nil {
		if err := l.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// servers is the lab with a Redis and a Redis Cluster that all tests of this run share: each makes schedulers of its own.
var servers struct {
	once sync.Once
	lab  *lab.Lab
	err  error
}

func redisLab(t testing.TB) lab.Redis {
	t.Helper()
	lab.Require(t)
	servers.once.Do(func() {
		servers.lab, servers.err = lab.Start(context.Background(), lab.Options{Redis: true, RedisTLS: true, RedisSentinel: true, RedisCluster: true})
	})
	if servers.err != nil {
		t.Fatalf("start the lab: %v", servers.err)
	}
	return servers.lab.Redis()
}

func clusterURL(r lab.Redis) string {
	return "redis+cluster://" + r.Username + ":" + r.Password + "@" + strings.Join(r.Cluster, ",")
}

// everywhere runs a test on the embedded store, on a Redis and on a Redis Cluster. open may be called several times: all are doors to the
// same store.
func everywhere(t *testing.T, test func(t *testing.T, open func(store.Options) *store.Store)) {
	t.Parallel()
	for name, url := range map[string]func(*testing.T) string{
		"embedded": func(*testing.T) string { return "" },
		"redis":    func(t *testing.T) string { return redisLab(t).URL },
		"cluster":  func(t *testing.T) string { return clusterURL(redisLab(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := url(t)
			folder := filepath.Join(t.TempDir(), "store")
			test(t, func(o store.Options) *store.Store {
				t.Helper()
				if o.Keeper == "" && o.Path == "" {
					// Many tests share a server, and with it the one key of all its secrets.
					o.Keeper = "base64key://smGbjm71Nxd1Ig5FS0wj9SlbzAIrnolCz9bQQ6uAhl4="
				}
				o.URL, o.Path = address, folder
				return mustOpen(t, o)
			})
		})
	}
}

func mustOpen(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// must stops a test that cannot go on.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
