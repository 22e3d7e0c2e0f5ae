package host

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/span"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// ParseJobQuery reads conditions from one line of words with blanks between them:
//
//	state=running,held user=ada group=hydro name=flood scheduler=Default label.project=danube of=JOB since=24h until=2026-11-01T12:00:00Z
//
// Each key stands there once, label.NAME once for each name. A value with blanks, quotes or "=" stands in double quotes, with the escapes of Go: name="big
// flood". since and until are times of RFC 3339, days (2026-11-01, from midnight UTC), or how long ago: 90m, 24h, 7d, 7d12h. What is wrong is
// fault.Invalid, with the nearest known word.
func ParseJobQuery(text string) (JobQuery, error) {
	var q JobQuery
	seen := map[string]bool{}
	now := time.Now()
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		key, value, after, err := cutTerm(rest)
		if err != nil {
			return JobQuery{}, fault.Invalid.New("query: %w", err)
		}
		if seen[key] {
			return JobQuery{}, fault.Invalid.New("query: %s is there twice", key)
		}
		seen[key] = true
		if err := q.set(now, key, value); err != nil {
			return JobQuery{}, fault.Invalid.New("query: %w", err)
		}
		rest = after
	}
	if !q.Since.IsZero() && !q.Until.IsZero() && !q.Since.Before(q.Until) {
		return JobQuery{}, fault.Invalid.New("query: nothing is both since %s and until %s", q.Since.Format(time.RFC3339), q.Until.Format(time.RFC3339))
	}
	return q, nil
}

// cutTerm takes the first condition from a line that does not begin with a blank. The key of a label has its name unquoted.
func cutTerm(line string) (key, value, rest string, err error) {
	end := strings.IndexFunc(line, func(r rune) bool { return r == '=' || unicode.IsSpace(r) })
	if name, labelled := strings.CutPrefix(line, keyLabel); labelled && strings.HasPrefix(name, `"`) {
		var text string
		if text, rest, err = cutQuoted(name); err != nil {
			return "", "", "", err
		}
		key = keyLabel + text
	} else if end >= 0 {
		key, rest = line[:end], line[end:]
	} else {
		key = line
	}
	if !strings.HasPrefix(rest, "=") || key == "" {
		return "", "", "", fault.Invalid.New("%q is no condition; write key=value, as in state=running", cutWord(line))
	}
	rest = rest[1:]
	if strings.HasPrefix(rest, `"`) {
		value, rest, err = cutQuoted(rest)
		if err == nil && rest != "" && !startsBlank(rest) {
			err = fault.Invalid.New("%s: %q follows the quoted value", key, cutWord(rest))
		}
		return key, value, rest, err
	}
	value = cutWord(rest)
	if strings.ContainsAny(value, `"=\`) {
		return "", "", "", fault.Invalid.New("%s: the value %s needs quotes: %s=%s", key, value, key, strconv.Quote(value))
	}
	return key, value, rest[len(value):], nil
}

func cutWord(text string) string {
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return text[:i]
	}
	return text
}

func startsBlank(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsSpace(r)
}

// cutQuoted takes a text in double quotes from the beginning of a line.
func cutQuoted(line string) (text, rest string, err error) {
	quoted, err := strconv.QuotedPrefix(line)
	if err != nil {
		return "", "", fault.Invalid.New("%s: the quotes do not end, or have an escape that there is not", line)
	}
	text, err = strconv.Unquote(quoted)
	return text, line[len(quoted):], err
}

// set adds one condition.
func (q *JobQuery) set(now time.Time, key, value string) (err error) {
	if name, ok := strings.CutPrefix(key, keyLabel); ok {
		if q.Labels == nil {
			q.Labels = map[string]string{}
		}
		q.Labels[name] = value
		return nil
	}
	known := []string{keyState, keySince, keyUntil}
	for _, c := range q.texts() {
		if known = append(known, c.key); c.key != key {
			continue
		}
		if value == "" {
			return fault.Invalid.New("%s has no value; leave it out to restrict nothing", key)
		}
		*c.text = value
		return nil
	}
	switch key {
	case keyState:
		q.States, err = parseStates(value)
	case keySince:
		q.Since, err = parseTime(value, now)
	case keyUntil:
		q.Until, err = parseTime(value, now)
	default:
		return fault.Invalid.New("there is no key %q%s", key, meant(key, append(known, keyLabel+"NAME")))
	}
	if err != nil {
		return fault.Invalid.New("%s: %w", key, err)
	}
	return nil
}

// meant is how an error ends that is about an unknown word.
func meant(word string, known []string) string {
	if near := config.Nearest(word, known); near != "" {
		return "; did you mean " + near + "?"
	}
	return "; there are " + strings.Join(known, ", ")
}

func parseStates(value string) (states []scheduler.State, err error) {
	for name := range strings.SplitSeq(value, ",") {
		state := scheduler.State(name)
		if !slices.Contains(scheduler.States(), state) {
			var known []string
			for _, s := range scheduler.States() {
				known = append(known, string(s))
			}
			return nil, fault.Invalid.New("there is no state %q%s", name, meant(name, known))
		}
		states = append(states, state)
	}
	return states, nil
}

// longestAgo bounds how long ago a query may reach, so that no sum overflows.
const longestAgo = 100 * 366 * 24 * time.Hour

// parseTime reads a time, or how long before now it is.
func parseTime(value string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		at, err := time.Parse(layout, value)
		if err != nil {
			continue
		}
		if at = at.UTC(); at.Year() < 1970 || at.Year() > 9999 {
			return time.Time{}, fault.Invalid.New("%s is a year that no job is of", value)
		}
		return at.Truncate(time.Millisecond), nil
	}
	ago, err := parseAgo(value)
	if err != nil {
		return time.Time{}, err
	}
	return now.Add(-ago).UTC().Truncate(time.Millisecond), nil
}

func parseAgo(value string) (time.Duration, error) {
	ago, err := span.Parse(value)
	switch {
	case err != nil || ago < 0:
		return 0, fault.Invalid.New("%q is neither a time, as 2026-11-01T12:00:00Z or 2026-11-01, nor how long ago, as 24h or 7d", value)
	case ago > longestAgo:
		return 0, fault.Invalid.New("%s is longer ago than any job was made", value)
	}
	return ago, nil
}
