package sdk

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Secret is a string that nothing prints: not fmt in any verb, not slog, not encoding/json. Use it for the fields of a configuration that hold
// passwords, passphrases and tokens; the schema then marks them as sensitive, and the host seals them when it keeps them.
type Secret string

const hidden = "(secret)"

// Reveal is the secret itself. Hand it to what needs it and nowhere else.
func (s Secret) Reveal() string { return string(s) }

// String is "(secret)", or "" for an empty one.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format writes what String is, whatever the verb.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		fmt.Fprintf(f, "%q", s.String())
		return
	}
	io.WriteString(f, s.String())
}

// LogValue is what String is.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON writes what String is.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }
