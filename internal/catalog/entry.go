package catalog

import (
	"fmt"
	"regexp"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/supervise"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/sdk/fault"
)

// entry is one candidate and everything that is needed to run it.
type entry struct {
	name, path string
	source     Source
	builtin    *Builtin
	block      Block // what the configuration says about it; zero: nothing
	want       constraint
	refused    error // whatever its file is; until the catalog looks again
	catalog    *Catalog
	supervisor *supervise.Supervisor // nil: another of that name is used; set before the catalog has the entry
	memory     *memory
}

// nameForm is what a driver may be called.
const nameForm = `^[a-z][a-z0-9-]{0,31}$`

// ValidName tells whether a driver may be called that.
func ValidName(name string) bool { return regexp.MustCompile(nameForm).MatchString(name) }

// refuse refuses the entry whatever its file is; the first reason stays.
func (e *entry) refuse(format string, args ...any) {
	if e.refused == nil {
		e.refused = e.invalid(format, args...)
	}
}

// invalid is an error about this candidate that its operator can act on.
func (e *entry) invalid(format string, args ...any) error {
	where := ""
	if e.path != "" {
		where = e.path + ": "
	}
	return fault.By(fault.Host, fault.Invalid.New("driver %q: %s%w", e.name, where, fmt.Errorf(format, args...)))
}

// configure takes over what the configuration says.
func (e *entry) configure(b Block) {
	e.block = b
	want, err := parseConstraint(b.Version)
	if err != nil {
		e.refuse("version %q is no constraint: write for instance \">= 1.2, < 2\"", b.Version)
	}
	e.want = want
	if e.builtin != nil && (b.Checksum != "" || len(b.Env) > 0) {
		e.refuse("is built into this program: it has no checksum and no environment of its own; leave them out, or give the path of another executable")
	}
}

// spec is what is started, or looked at.
func (e *entry) spec() launch.Spec {
	o := e.catalog.o
	return launch.Spec{
		Name: e.name, Path: e.path, Checksum: e.block.Checksum, Checksums: e.catalog.sums, Env: e.block.Env, Limits: e.block.Limits,
		Level: o.Log.GetLevel(), Log: o.Log.Named(e.name), StartTimeout: o.StartTimeout, Grace: o.Grace, DialOptions: o.DialOptions,
	}
}

// check looks at the entry as it is now, without what the driver says of itself.
func (e *entry) check() (sum string, err error) {
	if e.refused != nil || e.builtin != nil {
		return "", e.refused
	}
	sum, err = launch.Inspect(e.spec())
	if err != nil {
		return "", err
	}
	if err := onlyOwnersWrite(e.path); err != nil {
		return sum, e.invalid("%w", err)
	}
	return sum, nil
}

// inspect is check with what is known of the driver's own words; said is nil where nothing is.
func (e *entry) inspect() (sum string, said *pluginv1.DescribeResponse, err error) {
	sum, err = e.check()
	if err != nil {
		return sum, nil, err
	}
	if e.builtin != nil {
		_, said = e.memory.get()
	} else {
		said = e.catalog.words.get(sum)
		e.memory.saw(sum)
	}
	if said != nil {
		err = e.accepts(said)
	}
	return sum, said, err
}

// runs tells whether there is a process of it, or will be without anybody's wish.
func (e *entry) runs() bool {
	switch e.supervisor.Status().State {
	case supervise.Starting, supervise.Ready, supervise.BackingOff:
		return true
	}
	return false
}

// accepts tells whether a driver that says this of itself is the one that is meant.
func (e *entry) accepts(said *pluginv1.DescribeResponse) error {
	switch is, err := parseVersion(said.GetVersion()); {
	case !ValidName(said.GetName()):
		return fault.By(fault.Driver, e.invalid("it calls itself %q, which is no name for a driver: [a-z][a-z0-9-]*, at most 32 bytes", said.GetName()))
	case said.GetName() != e.name && e.source == FromFolder:
		return e.invalid("it calls itself %q: name the file oceanid-%s", said.GetName(), said.GetName())
	case said.GetName() != e.name && e.source == FromBlock:
		return e.invalid("it calls itself %q: write driver %q in the configuration, or give the path of the right executable", said.GetName(), said.GetName())
	case said.GetName() != e.name:
		return e.invalid("it calls itself %q", said.GetName())
	case said.GetKind() == pluginv1.Kind_KIND_UNSPECIFIED:
		return fault.By(fault.Driver, e.invalid("it does not say what kind of driver it is"))
	case err != nil:
		return fault.By(fault.Driver, e.invalid("it says that its version is %q, which is not a semantic version", said.GetVersion()))
	case !e.want.allows(is):
		return e.invalid("it is version %s and the configuration wants %q: install another version, or change the constraint", said.GetVersion(), e.block.Version)
	}
	return nil
}
