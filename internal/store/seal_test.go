package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/oceanid/oceanid/internal/store"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestSealedStaysWithItsScheduler(t *testing.T) {
	everywhere(t, func(t *testing.T, open func(store.Options) *store.Store) {
		ctx, s := t.Context(), open(store.Options{})
		mine, others := store.NewUID(), store.NewUID()
		secret := []byte(`{"password":"hunter2"}`)
		sealed, err := s.Seal(ctx, mine, secret)
		must(t, err)
		if bytes.Contains(sealed, []byte("hunter2")) {
			t.Error("the secret can be read")
		}
		if got, err := open(store.Options{}).Unseal(ctx, mine, sealed); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("unsealed %q, %v", got, err)
		}
		_, err = s.Unseal(ctx, others, sealed)
		wantKind(t, "another scheduler's", err, fault.Denied)
		sealed[len(sealed)-1] ^= 1
		_, err = s.Unseal(ctx, mine, sealed)
		wantKind(t, "a changed byte", err, fault.Denied)
		_, err = s.Unseal(ctx, mine, nil)
		wantKind(t, "nothing", err, fault.Denied)
	})
}

// TestNoSecretIsInRedis looks at every byte of every key.
func TestNoSecretIsInRedis(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a9c"
	r := redisLab(t)
	// A store of its own, so that every key is of this test.
	options, err := redis.ParseURL(r.URL)
	must(t, err)
	options.DB = 5
	client := redis.NewClient(options)
	defer client.Close()
	s := mustOpen(t, store.Options{Client: client, Path: filepath.Join(t.TempDir(), "store")})

	uid := store.NewUID()
	sealed, err := s.Seal(t.Context(), uid, []byte(canary))
	must(t, err)
	_, err = s.CreateScheduler(t.Context(), store.Scheduler{Name: unique("pool"), Type: "condor", UID: uid, Sealed: sealed})
	must(t, err)

	keys := 0
	for it := client.Scan(t.Context(), 0, "*", 0).Iterator(); it.Next(t.Context()); keys++ {
		content, err := client.Dump(t.Context(), it.Val()).Result()
		must(t, err)
		if strings.Contains(content, canary) || strings.Contains(it.Val(), canary) {
			t.Errorf("the secret is in %s", it.Val())
		}
	}
	if keys < 5 {
		t.Errorf("only %d keys were looked at", keys)
	}
}

func TestNoSecretIsInTheFolder(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a9c"
	path := filepath.Join(t.TempDir(), "store")
	s := mustOpen(t, store.Options{Path: path})
	sealed, err := s.Seal(t.Context(), store.NewUID(), []byte(canary))
	must(t, err)
	_, err = s.CreateScheduler(t.Context(), store.Scheduler{Name: "a", Type: "condor", Sealed: sealed})
	must(t, err)

	entries, err := os.ReadDir(path)
	must(t, err)
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %04o", e.Name(), info.Mode().Perm())
		}
		if content, err := os.ReadFile(filepath.Join(path, e.Name())); err == nil && bytes.Contains(content, []byte(canary)) {
			t.Errorf("the secret is in %s", e.Name())
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
}

func TestLocalKey(t *testing.T) {
	t.Parallel()
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "store")
	key, uid := filepath.Join(path, "key"), store.NewUID()
	seal := func() error {
		s, err := store.Open(ctx, store.Options{Path: path})
		if err != nil {
			return err
		}
		_, err = s.Seal(ctx, uid, []byte("x"))
		return errors.Join(err, s.Close())
	}
	must(t, seal())
	info, err := os.Stat(key)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %04o", info.Mode().Perm())
	}
	must(t, seal())

	good, err := os.ReadFile(key)
	must(t, err)
	must(t, os.Chmod(key, 0o640))
	err = seal()
	wantKind(t, "a key that others can read", err, fault.Denied)
	if !strings.Contains(fmt.Sprint(err), "chmod 600") {
		t.Errorf("%q does not say what to do", err)
	}

	must(t, os.Remove(key))
	err = seal()
	wantKind(t, "another key than before", err, fault.Denied)
	must(t, os.WriteFile(key, []byte("rubbish"), 0o600))
	wantKind(t, "no key", seal(), fault.Invalid)
	must(t, os.WriteFile(key, good, 0o600))
	must(t, seal())
}

func TestKeeperURL(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keeper, text, not string
	}{
		"unknown scheme": {"awskms://1234?region=x", "must import the package of gocloud.dev/secrets", "1234"},
		"bad key":        {"base64key://c2VjcmV0", "32 bytes", "c2VjcmV0"},
		"not a URL":      {"base64key://a b%zz", "base64key://", "%zz"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := store.Open(t.Context(), store.Options{Keeper: c.keeper, Path: filepath.Join(t.TempDir(), "store")})
			wantKind(t, "open", err, fault.Invalid)
			if text := fmt.Sprint(err); !strings.Contains(text, c.text) || strings.Contains(text, c.not) {
				t.Errorf("%q must have %q and must not have %q", text, c.text, c.not)
			}
		})
	}
}
