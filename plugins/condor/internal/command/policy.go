package command

import (
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Policy is which commands an operator lets users give: patterns of names, in which * stands for any characters ("periodic_*", "+*").
type Policy struct {
	// Allow are the commands that may be given. Empty: all.
	Allow []string
	// Deny are those that may not, even where Allow has them.
	Deny []string
}

// Check tells which options the policy does not let through: fault.Denied, naming each.
func (p Policy) Check(options map[string]any) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if p.denies(name) {
			errs = append(errs, fault.Denied.New("options: %s: the operator of this scheduler does not allow it", name))
		}
	}
	return errors.Join(errs...)
}

func (p Policy) denies(name string) bool {
	return matches(p.Deny, name) || len(p.Allow) > 0 && !matches(p.Allow, name)
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(canonical(pattern), canonical(name))
		return ok && err == nil
	})
}

// CheckPattern tells what is wrong with a pattern.
func CheckPattern(pattern string) error {
	if _, err := path.Match(canonical(pattern), ""); err != nil || strings.TrimSpace(pattern) == "" {
		return errors.New("no pattern of names: letters, digits, _, a leading + or My., and * for any characters")
	}
	return nil
}
