package command

import (
	"fmt"
	"regexp"
	"strings"
)

var unused = regexp.MustCompile(`the line '\s*([^'=\s]+)\s*=`)

// Unused makes of condor_submit's complaints about lines that it did not use what the user is told of them.
func Unused(complaints string) string {
	var b strings.Builder
	for _, found := range unused.FindAllStringSubmatch(complaints, -1) {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%q was unused by condor_submit", found[1])
		if near := nearest(found[1]); near != "" {
			fmt.Fprintf(&b, ": did you mean %s?", near)
		} else {
			b.WriteString(": HTCondor has no such command.")
		}
		b.WriteString(ownAttribute(found[1]))
	}
	if b.Len() == 0 {
		return strings.TrimSpace(complaints)
	}
	return b.String()
}

// ownAttribute says how a name is written that is none of HTCondor's commands.
func ownAttribute(name string) string {
	return fmt.Sprintf(" An attribute of your own is written +%[1]s or My.%[1]s", name)
}
