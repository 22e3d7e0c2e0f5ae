package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lines are the lines of a submit description that set options which Check accepts, sorted, each "name = value" without its end. periodic_remove is left out, which
// the driver writes with its own (see [Expression]).
func Lines(options map[string]any) []string {
	var lines []string
	for _, name := range slices.SortedFunc(maps.Keys(options), func(a, b string) int { return strings.Compare(canonical(a), canonical(b)) }) {
		value, err := write(name, options[name])
		if err != nil || canonical(name) == "periodic_remove" {
			continue
		}
		if attribute, found := strings.CutPrefix(name, "+"); found {
			name = "My." + attribute
		}
		lines = append(lines, name+" = "+value)
	}
	return lines
}

// Expression is the value of one option as it is written, by its canonical name.
func Expression(options map[string]any, wanted string) (value string, there bool) {
	for name := range options {
		if canonical(name) == wanted {
			value, err := write(name, options[name])
			return value, err == nil
		}
	}
	return "", false
}

// write is the value of a command in the submit language.
func write(name string, value any) (string, error) {
	value, err := simple(value)
	if err != nil {
		return "", err
	}
	if isAttribute(name) {
		return attribute(value)
	}
	want, there := known[canonical(name)]
	if !there {
		want = text
		if _, isList := value.([]string); isList {
			want = names
		}
	}
	written, err := writers[want](value)
	if err != nil {
		return "", err
	}
	return carried(written)
}

// simple makes one of string, bool, json.Number and []string of a value.
func simple(value any) (any, error) {
	switch v := value.(type) {
	case string, bool, []string:
		return v, nil
	case json.Number:
		if _, err := v.Float64(); err != nil {
			return nil, fmt.Errorf("%q is no number", v.String())
		}
		return v, nil
	case int:
		return json.Number(strconv.Itoa(v)), nil
	case int64:
		return json.Number(strconv.FormatInt(v, 10)), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is no number", v)
		}
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return json.Number(strconv.FormatFloat(v, 'f', 0, 64)), nil
		}
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64)), nil
	case []any:
		list := make([]string, len(v))
		for i, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, errors.New("a list holds strings only")
			}
			list[i] = s
		}
		return list, nil
	}
	return nil, fmt.Errorf("a value of type %T; it is a string, a boolean, a number, or a list of strings", value)
}

// writers make a value of each kind.
var writers = map[kind]func(any) (string, error){
	expression: func(value any) (string, error) {
		if s, ok := value.(string); ok {
			return s, balanced(s)
		}
		return literal(value, "an expression")
	},
	integer: func(value any) (string, error) {
		s, err := literal(value, "a whole number")
		if err != nil {
			return "", err
		}
		if _, err := strconv.ParseInt(s, 10, 64); err != nil {
			return "", fmt.Errorf("%q is not a whole number", s)
		}
		return s, nil
	},
	boolean: func(value any) (string, error) {
		s, err := literal(value, "true or false")
		if err != nil {
			return "", err
		}
		if s = strings.ToLower(s); s != "true" && s != "false" {
			return "", fmt.Errorf("%q is neither true nor false", s)
		}
		return s, nil
	},
	text: func(value any) (string, error) { return literal(value, "a text") },
	names: func(value any) (string, error) {
		list, ok := value.([]string)
		if !ok {
			return literal(value, "a list of words")
		}
		for _, word := range list {
			if word == "" || strings.ContainsFunc(word, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
				return "", fmt.Errorf("%q is not one word", word)
			}
		}
		return strings.Join(list, ", "), nil
	},
	universe: func(value any) (string, error) {
		s, err := literal(value, "a text")
		if err != nil {
			return "", err
		}
		if s = strings.ToLower(s); !slices.Contains(universes, s) {
			return "", fmt.Errorf("the universe %q: a job can run in %s", s, strings.Join(universes, ", "))
		}
		return s, nil
	},
}

// literal is a single value as it stands.
func literal(value any, what string) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case json.Number:
		return v.String(), nil
	}
	return "", fmt.Errorf("a list is not %s", what)
}

var (
	// macro finds a dollar that would begin a macro: $(X), $ENV(X).
	macro = regexp.MustCompile(`\$[A-Za-z0-9_]*\(`)
	// matchMacro finds what HTCondor expands when it matches a job, $$(X) and $$([X]), and the one macro by which a dollar is written: neither can be carried.
	matchMacro = regexp.MustCompile(`(?i)\$\$[A-Za-z0-9_]*\(|\$\(DOLLAR`)
)

// carried is a value written so that it arrives as it stands, or why that cannot be.
func carried(s string) (string, error) {
	switch {
	case s == "":
		return "", errors.New("it is empty")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return "", errors.New("it has control characters or is not UTF-8")
	case s != strings.TrimSpace(s):
		return "", errors.New("it begins or ends with a blank, which a submit description drops")
	case strings.HasSuffix(s, `\`):
		return "", errors.New("it ends with a backslash, which joins the next line")
	case matchMacro.MatchString(s):
		return "", errors.New("$$( and $(DOLLAR) cannot be carried to a job as they stand")
	case len(s) > longest:
		return "", fmt.Errorf("it has %d bytes; at most %d", len(s), longest)
	}
	return macro.ReplaceAllStringFunc(s, func(m string) string { return "$(DOLLAR)" + m[1:] }), nil
}

// longest bounds one value.
const longest = 64 << 10

// attribute is the value of +X: a ClassAd literal, whose strings are quoted.
func attribute(value any) (string, error) {
	if list, isList := value.([]string); isList {
		quoted := make([]string, len(list))
		for i, s := range list {
			quoted[i] = quote(s)
		}
		return carried("{ " + strings.Join(quoted, ", ") + " }")
	}
	if s, isString := value.(string); isString {
		if strings.HasSuffix(s, `\`) {
			return "", errors.New("it ends with a backslash, which ClassAds do not tell from the string's end")
		}
		return carried(quote(s))
	}
	return literal(value, "a literal")
}

// quote makes a string of the old ClassAd syntax, in which only the quote is escaped.
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

// balanced tells whether an expression ends where it should: condor_submit puts requirements between parentheses and adds its own.
func balanced(s string) error {
	var open []rune
	quoted, escaped := rune(0), false
	for _, r := range s {
		switch {
		case quoted != 0:
			if r == quoted && !escaped {
				quoted = 0
			}
			escaped = r == '\\' && !escaped
		case r == '"' || r == '\'':
			quoted = r
		case strings.ContainsRune("([{", r):
			open = append(open, r)
		case strings.ContainsRune(")]}", r):
			if len(open) == 0 || strings.IndexRune("([{", open[len(open)-1]) != strings.IndexRune(")]}", r) {
				return fmt.Errorf("%q closes what it has not opened", r)
			}
			open = open[:len(open)-1]
		}
	}
	if quoted != 0 || len(open) > 0 {
		return errors.New("something in it is opened and not closed")
	}
	return nil
}
