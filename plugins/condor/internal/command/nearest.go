package command

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// nearest is the known command that a name is most like; "" where it is like none.
func nearest(name string) (best string) {
	name = strings.ToLower(name)
	least := max(len(name)/3, 1) + 1
	for k := range known {
		if d := distance(name, k); d < least || d == least && best != "" && k < best {
			best, least = k, d
		}
	}
	return best
}

// distance is how many letters two names differ in. Two letters that changed places are one slip.
func distance(a, b string) int {
	d := levenshtein.Distance(a, b, nil)
	if d == 2 && len(a) == len(b) {
		i := 0
		for a[i] == b[i] {
			i++
		}
		if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] {
			return 1
		}
	}
	return d
}

// slip is the command that somebody meant who wrote a name that no HTCondor has: one slip of a finger away from it. "": the name may be that of a command which
// only the pool's HTCondor has, an attribute that condor_submit takes for its command, or a resource of the pool's own, so that condor_submit decides.
func slip(name string) string {
	name = canonical(name)
	if _, there := known[name]; there || isAttribute(name) || strings.HasPrefix(name, "request_") || strings.HasPrefix(name, "require_") {
		return ""
	}
	var near []string
	for k := range known {
		if fold(k) == fold(name) {
			return ""
		}
		if distance(name, k) == 1 {
			near = append(near, k)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return slices.Min(near)
}
