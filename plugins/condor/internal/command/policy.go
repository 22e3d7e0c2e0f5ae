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
	names := commandsOf(name)
	isDenied := func(name string) bool { return matches(p.Deny, name) }
	isAllowed := func(name string) bool { return matches(p.Allow, name) }
	switch {
	case isDenied(name), slices.ContainsFunc(names, isDenied):
		return true
	case len(p.Allow) == 0:
		return false
	}
	// "+*" lets through no attribute that is a command's which is not.
	return !isAllowed(name) || len(names) > 0 && !slices.ContainsFunc(names, isAllowed)
}

// attributes are those of commands, and of their other names, that are not called as they are, but for the underscores.
var attributes = map[string]string{
	"accounting_group": "acctgroup", "accounting_group_user": "acctgroupuser", "concurrency_limits_expr": "concurrencylimits", "max_retries": "jobmaxretries", "prio": "jobprio",
	"preferences": "rank", "priority": "jobprio", "use_oauth_services": "oauthservicesneeded",
}

// commandsOf are the known commands that a name means, though it is written otherwise: as the attribute that the command sets, of which condor_submit takes
// many a name for the command's as well.
func commandsOf(name string) (names []string) {
	own := attributeOf(strings.TrimPrefix(canonical(name), "my."))
	for command := range known {
		if attributeOf(command) == own {
			names = append(names, command)
		}
	}
	return names
}

func attributeOf(command string) string {
	if attribute, there := attributes[command]; there {
		return attribute
	}
	return fold(command)
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
