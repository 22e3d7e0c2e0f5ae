package command

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/agext/levenshtein"
)

var unused = regexp.MustCompile(`the line '\s*([^'=\s]+)\s*=`)

// Unused makes of condor_submit's complaints about lines that it did not use what the user is told of them.
func Unused(complaints string) string {
	var b strings.Builder
	for _, found := range unused.FindAllStringSubmatch(complaints, -1) {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s was unused by condor_submit", found[1])
		if near := nearest(found[1]); near != "" {
			fmt.Fprintf(&b, "; is it a typo of %s?", near)
		}
	}
	if b.Len() == 0 {
		return strings.TrimSpace(complaints)
	}
	return b.String()
}

// nearest is the known command that a name is most like; "" where it is like none.
func nearest(name string) (best string) {
	name = strings.ToLower(name)
	least := max(len(name)/3, 1) + 1
	for k := range known {
		if d := levenshtein.Distance(name, k, nil); d < least || d == least && best != "" && k < best {
			best, least = k, d
		}
	}
	return best
}
