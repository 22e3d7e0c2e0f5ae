package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/oceanid/oceanid/sdk/fault"
)

func (c *candidates) notFound(name string) error {
	names := slices.Sorted(maps.Keys(c.byName))
	hint := "there are: " + strings.Join(names, ", ")
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if len(names) == 0 {
		hint = "there is none at all"
	}
	if len(c.dirs) > 0 {
		hint += fmt.Sprintf(" (drivers are files named %sNAME in %s, or named by a driver block)", prefix, strings.Join(c.dirs, ", "))
	}
	return fault.NotFound.New("driver %q: there is none of that name; %s", name, hint)
}

// nearest is the name that was most likely meant; "": none is likely.
func nearest(name string, names []string) string {
	best, at := "", min(3, len(name)/2)+1
	for _, n := range names {
		if d := levenshtein.Distance(name, n, nil); d < at {
			best, at = n, d
		}
	}
	return best
}
