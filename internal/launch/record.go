package launch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/go-hclog"
)

// mostFields is how many keys of one line are kept.
const mostFields = 64

// record is one line of a driver's log, fit for the host's.
type record struct {
	level   hclog.Level
	message string
	fields  []any // pairs
}

// parse reads a line. What is not a JSON object with hclog's keys is a message at debug level, as it stands.
func parse(line []byte) record {
	if len(line) > 0 && line[0] == '{' {
		if r, ok := parseJSON(line); ok {
			return r
		}
	}
	return record{level: hclog.Debug, message: clean(string(line))}
}

func parseJSON(line []byte) (record, bool) {
	var object map[string]any
	in := json.NewDecoder(bytes.NewReader(line))
	in.UseNumber()
	if err := in.Decode(&object); err != nil || in.More() {
		return record{}, false
	}
	message, ok := object["@message"].(string)
	if !ok {
		return record{}, false
	}
	r := record{level: hclog.Debug, message: clean(message)}
	if level, ok := object["@level"].(string); ok {
		if l := hclog.LevelFromString(level); l != hclog.NoLevel && l != hclog.Off {
			r.level = l
		}
	}
	// The host stamps the line itself.
	for _, key := range []string{"@message", "@level", "@timestamp", "@caller"} {
		delete(object, key)
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if len(r.fields) == 2*mostFields {
			break
		}
		r.fields = append(r.fields, clean(strings.TrimPrefix(key, "@")), plain(object[key]))
	}
	return r, true
}

// plain makes a value that a log can print on one line.
func plain(v any) any {
	switch v := v.(type) {
	case string:
		return clean(v)
	case nil, bool, json.Number:
		return v
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	return clean(string(text))
}

// String is the record as a person reads it.
func (r record) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "[%s] %s", strings.ToUpper(r.level.String()), r.message)
	for i := 0; i+1 < len(r.fields); i += 2 {
		value := fmt.Sprint(r.fields[i+1])
		if strings.ContainsAny(value, " \"=") {
			value = strconv.Quote(value)
		}
		fmt.Fprintf(&b, " %s=%s", r.fields[i], value)
	}
	return b.String()
}

// clean makes text harmless in a log, on a terminal and on the wire: one line, valid UTF-8, nothing that cannot be seen.
func clean(s string) string {
	seen := func(c rune) bool { return c == '\t' || unicode.IsPrint(c) }
	if !strings.ContainsFunc(s, func(c rune) bool { return !seen(c) || c == unicode.ReplacementChar }) {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		if seen(c) {
			b.WriteRune(c)
			continue
		}
		quoted := strconv.QuoteRune(c)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}
