package catalog

import "github.com/hashicorp/go-version"

// constraint is what the configuration wants a driver's version to be; the zero value allows any.
type constraint struct{ all version.Constraints }

func parseConstraint(text string) (constraint, error) {
	if text == "" {
		return constraint{}, nil
	}
	all, err := version.NewConstraint(text)
	return constraint{all}, err
}

func (c constraint) allows(v *version.Version) bool { return c.all.Check(v) }

func parseVersion(text string) (*version.Version, error) { return version.NewSemver(text) }
