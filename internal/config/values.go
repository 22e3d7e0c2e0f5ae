package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Values is a checked configuration with its defaults filled in, as canonical JSON: an object with sorted keys and no spaces, integers exact
// however large, durations as text such as "1m30s". What was left out and has no default is not there, nor is a nested block that was left out.
type Values struct {
	// Public is an object of all attributes that are not sensitive.
	Public json.RawMessage
	// Secret is a tree of the same shape that holds the sensitive ones only, with {} for each block of a list that has none. It is nil when there
	// are none at all. Never print it; seal it before it is kept.
	Secret json.RawMessage
}

// Merge is the whole of a configuration, as its driver gets it: canonical JSON with public and secret parts in one tree. It contains secrets.
// Two trees that do not fit together are fault.Invalid; the error does not quote them.
func Merge(public, secret json.RawMessage) (json.RawMessage, error) {
	a, err := tree(public)
	if err != nil {
		return nil, fault.Invalid.New("public part of a configuration: %w", err)
	}
	if len(secret) == 0 {
		return canonical(a)
	}
	b, err := tree(secret)
	if err != nil {
		return nil, fault.Invalid.New("secret part of a configuration: %w", err)
	}
	both, ok := merge(a, b)
	if !ok {
		return nil, fault.Invalid.New("public and secret part of a configuration do not fit together")
	}
	return canonical(both)
}

// Equal tells whether the two are the same configuration, secrets included.
func (v Values) Equal(w Values) bool {
	return bytes.Equal(v.Public, w.Public) && bytes.Equal(v.Secret, w.Secret)
}

// PublicDigest is "sha256:" and the sum of the public part. It may be shown and kept. It does not change with a secret, on purpose: a sum that did
// would let a weak one be guessed. Equal sees those as well.
func (v Values) PublicDigest() string {
	sum := sha256.Sum256(v.Public)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func merge(a, b any) (any, bool) {
	switch b := b.(type) {
	case nil:
		return a, true
	case map[string]any:
		if a == nil {
			return b, true
		}
		m, ok := a.(map[string]any)
		if !ok {
			return nil, false
		}
		for k, secret := range b {
			if m[k], ok = merge(m[k], secret); !ok {
				return nil, false
			}
		}
		return m, true
	case []any:
		if a == nil {
			return b, true
		}
		l, ok := a.([]any)
		if !ok || len(l) != len(b) {
			return nil, false
		}
		for i := range l {
			if l[i], ok = merge(l[i], b[i]); !ok {
				return nil, false
			}
		}
		return l, true
	}
	return b, a == nil
}

// tree is JSON as Go values with numbers kept as they are written.
func tree(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil, fault.Invalid.New("not JSON")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fault.Invalid.New("more than one JSON value")
	}
	return v, nil
}

// canonical writes a tree. encoding/json sorts keys; a json.Number stays as it is.
func canonical(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fault.Internal.New("write a configuration as JSON: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
