package command

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
)

// rule is what a name looks like: a command, or an attribute of the job's own, +NAME or My.NAME.
var rule = regexp.MustCompile(`^(\+|[Mm][Yy]\.)?[A-Za-z_][A-Za-z0-9_]*$`)

// canonical is the name by which a command is compared: HTCondor knows no upper case, and +X is My.X.
func canonical(name string) string {
	name = strings.ToLower(name)
	if attribute, found := strings.CutPrefix(name, "+"); found {
		return "my." + attribute
	}
	return name
}

// Same tells whether two names are those of one command.
func Same(a, b string) bool { return canonical(a) == canonical(b) }

// isAttribute tells a name that is an attribute of the job.
func isAttribute(name string) bool { return strings.HasPrefix(canonical(name), "my.") }

// Check tells everything that is wrong with options: fault.Invalid, naming each.
func Check(options map[string]any) error {
	var errs []error
	names := make(map[string]string, len(options))
	for _, name := range slices.Sorted(maps.Keys(options)) {
		twin, twice := names[canonical(name)]
		names[canonical(name)] = name
		switch {
		case !rule.MatchString(name):
			errs = append(errs, fault.Invalid.New("options: %q is no submit command: a name of letters, digits and _, or +NAME or My.NAME", name))
		case twice:
			errs = append(errs, fault.Invalid.New("options: %s and %s are the same", twin, name))
		case refuses(canonical(name)):
			errs = append(errs, refusal(name))
		case slip(name) != "":
			errs = append(errs, fault.Invalid.New("options: %q is no submit command; did you mean %s?%s", name, slip(name), ownAttribute(name)))
		default:
			if _, err := write(name, options[name]); err != nil {
				errs = append(errs, fault.Invalid.New("options: %s: %w", name, err))
			}
		}
	}
	return errors.Join(errs...)
}

func refusal(name string) error {
	if field, there := said[canonical(name)]; there {
		return fault.Invalid.New("options: %s: the job's field %s says that", name, field)
	}
	return fault.Invalid.New("options: %s: this command is the driver's own", name)
}
