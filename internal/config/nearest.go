package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest is the known name that was most likely meant by one that is not known, or "".
func Nearest(name string, known []string) string { return nearest(name, known) }

// nearest is the known name that was most likely meant, or "".
func nearest(name string, known []string) string {
	plain := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "-", "_") }
	name = plain(name)
	best, least := "", min(3, 1+len(name)/3)+1
	for _, k := range known {
		if d := levenshtein.Distance(name, plain(k), nil); d < least {
			best, least = k, d
		}
	}
	if best != "" || len(name) < 3 {
		return best
	}
	// "key_path" for "private_key_path", "user" for "username": far apart in letters, yet clear when only one name is like that.
	i := slices.IndexFunc(known, func(k string) bool { return alike(name, plain(k)) })
	if i < 0 || slices.ContainsFunc(known[i+1:], func(k string) bool { return alike(name, plain(k)) }) {
		return ""
	}
	return known[i]
}

func alike(a, b string) bool {
	return len(b) >= 3 && (strings.Contains(a, b) || strings.Contains(b, a))
}

// suggestion is a hint at what was meant: the nearest name, else all of them when they are few enough to read.
func suggestion(name string, known []string) string {
	if k := nearest(name, known); k != "" {
		return fmt.Sprintf("did you mean %q?", k)
	}
	const readable = 16
	switch n := len(known); {
	case n == 0:
		return "nothing can be set here"
	case n > readable:
		return ""
	}
	return "what can stand here: " + list(known, "and")
}

// list is the names in quotes as a sentence has them: "a", "b" and "c".
func list(names []string, last string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	if n := len(quoted); n > 1 {
		return strings.Join(quoted[:n-1], ", ") + " " + last + " " + quoted[n-1]
	}
	return strings.Join(quoted, "")
}
