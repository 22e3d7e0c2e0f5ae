package main

import (
	"encoding/json"
	"unicode/utf8"
)

// text is a string that survives JSON whatever its bytes are: as a string where it is UTF-8, else as {"base64": "…"}.
type text string

type rawText struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON writes either form.
func (t text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(rawText{[]byte(t)})
}

// UnmarshalJSON reads either form.
func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		raw := rawText{}
		err := json.Unmarshal(b, &raw)
		*t = text(raw.Base64)
		return err
	}
	return json.Unmarshal(b, (*string)(t))
}

func texts(ss []string) []text {
	ts := make([]text, len(ss))
	for i, s := range ss {
		ts[i] = text(s)
	}
	return ts
}

func stringsOf(ts []text) []string {
	ss := make([]string, len(ts))
	for i, t := range ts {
		ss[i] = string(t)
	}
	return ss
}
