package scaffold

import (
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/mod/module"

	"github.com/oceanid/oceanid/sdk/fault"
)

var driverName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func (o Options) check() error {
	if !driverName.MatchString(o.Name) {
		return fault.Invalid.New("%q is no name for a driver: [a-z][a-z0-9-]*, at most 32 bytes", o.Name)
	}
	// CheckPath wants a dot in the first element, which modules that nobody downloads need not have; CheckImportPath does not.
	if err := module.CheckImportPath(o.Module); err != nil {
		return fault.Invalid.New("%q is no path for a module: %w", o.Module, err)
	}
	if o.Module == SDK || strings.HasPrefix(o.Module, SDK+"/") {
		return fault.Invalid.New("%q is Oceanid's own path: choose one of yours", o.Module)
	}
	if o.SDK != "" && !filepath.IsAbs(o.SDK) {
		return fault.Invalid.New("the checkout %q needs an absolute path", o.SDK)
	}
	return nil
}
