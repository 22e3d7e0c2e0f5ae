package store

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
	"gocloud.dev/gcerrors"
	"gocloud.dev/secrets"
	"gocloud.dev/secrets/localsecrets"

	"github.com/oceanid/oceanid/sdk/fault"
)

// sealer holds the keeper. The local one is opened when it is first needed, so that a portal without secrets needs no key.
type sealer struct {
	path string

	mu     sync.Mutex
	keeper *secrets.Keeper
	proved bool // the keeper is the one that sealed what is in the store
}

func openSealer(ctx context.Context, keeperURL, path string) (*sealer, error) {
	if keeperURL == "" {
		return &sealer{path: path}, nil
	}
	scheme, _, _ := strings.Cut(keeperURL, "://")
	if !secrets.DefaultURLMux().ValidKeeperScheme(scheme) {
		return nil, fault.By(fault.User, fault.Invalid.New("store: no keeper knows %s://: the portal must import the package of gocloud.dev/secrets for it (awskms, gcpkms, azurekeyvault, hashivault); there are %s",
			scheme, strings.Join(secrets.DefaultURLMux().KeeperSchemes(), ", ")))
	}
	k, err := secrets.OpenKeeper(ctx, keeperURL)
	if err != nil {
		// A keeper's URL may be the key itself.
		if u := (*url.Error)(nil); errors.As(err, &u) {
			err = u.Err
		}
		return nil, fault.By(fault.User, fault.Invalid.New("store: the keeper %s://: %s", scheme, strings.ReplaceAll(err.Error(), keeperURL, scheme+"://…")))
	}
	return &sealer{keeper: k}, nil
}

// open gives the keeper. The caller holds mu.
func (s *sealer) open() (*secrets.Keeper, error) {
	if s.keeper != nil {
		return s.keeper, nil
	}
	if s.path == "" {
		return nil, fault.By(fault.User, fault.Invalid.New("store: secrets need a keeper: give its URL, or a path for a local key"))
	}
	key, err := localKey(filepath.Join(s.path, "key"))
	if err != nil {
		return nil, err
	}
	s.keeper = localsecrets.NewKeeper(key)
	return s.keeper, nil
}

func (s *sealer) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keeper != nil {
		s.keeper.Close()
	}
}

// Seal encrypts secrets of the scheduler with that UID. No other scheduler can unseal them.
func (s *Store) Seal(ctx context.Context, uid string, plaintext []byte) ([]byte, error) {
	if err := checkUID(uid); err != nil {
		return nil, err
	}
	k, err := s.keeper(ctx)
	if err != nil {
		return nil, err
	}
	sealed, err := k.Encrypt(ctx, append([]byte(uid+"\n"), plaintext...))
	if err != nil {
		return nil, fault.By(fault.Host, fault.Unavailable.New("store: seal secrets: %w", err))
	}
	return sealed, nil
}

// Unseal decrypts what Seal gave for the same UID. Bytes of another scheduler, of another key, or changed ones are fault.Denied.
func (s *Store) Unseal(ctx context.Context, uid string, sealed []byte) ([]byte, error) {
	k, err := s.keeper(ctx)
	if err != nil {
		return nil, err
	}
	open, err := k.Decrypt(ctx, sealed)
	if err != nil {
		return nil, fault.By(fault.Host, unsealKind(err).New("store: unseal the secrets of scheduler %s: %w", uid, err))
	}
	plaintext, ok := bytes.CutPrefix(open, []byte(uid+"\n"))
	if !ok || checkUID(uid) != nil {
		return nil, fault.By(fault.Host, fault.Denied.New("store: these sealed secrets are not those of scheduler %s", uid))
	}
	return plaintext, nil
}

// unsealKind tells a keeper that cannot be asked from one that refuses.
func unsealKind(err error) fault.Kind {
	switch gcerrors.Code(err) {
	case gcerrors.DeadlineExceeded, gcerrors.ResourceExhausted, gcerrors.Internal:
		return fault.Unavailable
	case gcerrors.Canceled:
		return fault.Cancelled
	}
	return fault.Denied
}

// keeper gives the keeper, once it is proved to be the one that others used: portals of a fleet that have different local keys find out at
// once, not when they need each other's secrets.
func (s *Store) keeper(ctx context.Context) (*secrets.Keeper, error) {
	s.sealer.mu.Lock()
	defer s.sealer.mu.Unlock()
	k, err := s.sealer.open()
	if err != nil || s.sealer.proved {
		return k, err
	}
	const proof, key = "oceanid", registry + "keeper"
	sealed, err := s.client.Get(ctx, key).Bytes()
	if errors.Is(err, redis.Nil) {
		if sealed, err = k.Encrypt(ctx, []byte(proof)); err != nil {
			return nil, fault.By(fault.Host, fault.Unavailable.New("store: seal: %w", err))
		}
		if err := s.client.SetNX(ctx, key, sealed, 0).Err(); err != nil {
			return nil, s.explain(err)
		}
		sealed, err = s.client.Get(ctx, key).Bytes()
	}
	if err != nil {
		return nil, s.explain(err)
	}
	if open, err := k.Decrypt(ctx, sealed); err != nil && unsealKind(err) != fault.Denied {
		return nil, fault.By(fault.Host, unsealKind(err).New("store: the keeper: %w", err))
	} else if err != nil || string(open) != proof {
		return nil, fault.By(fault.Host, fault.Denied.New("store: the secrets in %s were sealed with another key: all portals need the same keeper, or the same file %s", s.where, filepath.Join(s.sealer.path, "key")))
	}
	s.sealer.proved = true
	return k, nil
}
