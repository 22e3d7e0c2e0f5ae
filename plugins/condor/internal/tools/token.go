package tools

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Claims is what can be read of a token (RFC 7519) without its key.
type Claims struct {
	// Issuer is the pool's trust domain, Subject who the bearer is at the pool.
	Issuer, Subject string
	// Expires is zero for a token that does not.
	Expires time.Time
	// Scope are the authorizations that it is limited to, such as "condor:/READ"; empty: all that the subject has.
	Scope []string
}

// ErrNoToken is text that is no token. It does not repeat the text.
var ErrNoToken = errors.New("this is no token as condor_token_create or condor_token_fetch prints it")

// ReadClaims reads the first token of a file as HTCondor reads it: empty lines and those that begin with # are nothing.
func ReadClaims(text []byte) (Claims, error) {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' {
			return parse(string(line))
		}
	}
	return Claims{}, ErrNoToken
}

func parse(token string) (c Claims, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, ErrNoToken
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return c, ErrNoToken
	}
	var claims struct {
		Iss, Sub, Scope string
		Exp             *int64
	}
	if json.Unmarshal(text, &claims) != nil || claims.Iss == "" {
		return c, ErrNoToken
	}
	c = Claims{Issuer: claims.Iss, Subject: claims.Sub, Scope: strings.Fields(claims.Scope)}
	if claims.Exp != nil {
		c.Expires = time.Unix(*claims.Exp, 0)
	}
	return c, nil
}

// Lacks are the authorizations of HTCondor that a driver needs and the token does not give.
func (c Claims) Lacks() []string {
	if len(c.Scope) == 0 {
		return nil
	}
	var missing []string
	for _, needed := range []string{"READ", "WRITE"} {
		found := false
		for _, s := range c.Scope {
			found = found || s == "condor:/"+needed
		}
		if !found {
			missing = append(missing, needed)
		}
	}
	return missing
}
