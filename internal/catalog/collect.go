package catalog

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
)

// candidates are those of one moment. They are not changed once the catalog has them.
type candidates struct {
	dirs    []string
	entries []*entry          // in the order in which they win
	byName  map[string]*entry // the first of each name: these, and no others, have a supervisor
	unread  map[string]error  // why folders could not be read
}

// collect gathers the candidates in the order in which they win: the configuration's own, the built in, the found.
func (c *Catalog) collect(o Options) *candidates {
	all := &candidates{dirs: o.Dirs, byName: map[string]*entry{}, unread: map[string]error{}}
	var about []Block // blocks that leave the path to be found
	for _, b := range o.Blocks {
		if b.Path == "" {
			about = append(about, b)
			continue
		}
		path, err := filepath.Abs(b.Path)
		e := all.add(&entry{catalog: c, name: b.Name, path: path, source: FromBlock})
		if err != nil {
			e.refuse("%w", err)
		}
		e.configure(b)
	}
	for _, b := range o.Builtins {
		all.add(&entry{catalog: c, name: b.Name, source: BuiltIn, builtin: &b})
	}
	for _, dir := range o.Dirs {
		dir, err := filepath.Abs(dir)
		if err != nil {
			continue
		}
		paths, err := discover(dir)
		if err != nil {
			e := &entry{catalog: c, path: dir, source: FromFolder}
			e.refuse("the folder of drivers cannot be read: %w", err)
			all.add(e)
			all.unread[dir] = fault.By(fault.Host, fault.Unavailable.New("the folder of drivers cannot be read: %w", err))
		}
		for _, path := range paths {
			if !all.has(path) {
				all.add(&entry{catalog: c, name: strings.TrimPrefix(filepath.Base(path), prefix), path: path, source: FromFolder})
			}
		}
	}
	for _, b := range about {
		e := all.byName[b.Name]
		switch {
		case e == nil:
			e = all.add(&entry{catalog: c, name: b.Name, source: FromBlock})
			e.refuse("no file %s%s in %s: install it there, or give its path in the driver's block", prefix, b.Name, strings.Join(o.Dirs, ", "))
		case e.block.Name != "":
			all.add(&entry{catalog: c, name: b.Name, source: FromBlock}).refuse("the configuration has another block of that name")
		default:
			e.configure(b)
		}
	}
	return all
}

// add adds a candidate; all but the first of a name are refused.
func (c *candidates) add(e *entry) *entry {
	e.memory = new(memory)
	c.entries = append(c.entries, e)
	switch first := c.byName[e.name]; {
	case e.refused != nil:
	case first != nil && first.source == BuiltIn:
		e.refuse("the driver of that name that is built into this program is used in its place")
	case first != nil && e.source == FromBlock:
		e.refuse("the configuration has another block of that name")
	case first != nil:
		e.refuse("%s is used in its place", first.path)
	case !ValidName(e.name):
		e.refuse("%q is no name for a driver: [a-z][a-z0-9-]*, at most 32 bytes", e.name)
	default:
		c.byName[e.name] = e
	}
	return e
}

// has tells whether a path is a candidate already.
func (c *candidates) has(path string) bool {
	for _, e := range c.entries {
		if e.path == path {
			return true
		}
	}
	return false
}

// with is the same with this entry for the driver of its name.
func (c *candidates) with(e *entry) *candidates {
	other := &candidates{dirs: c.dirs, entries: slices.Clone(c.entries), byName: maps.Clone(c.byName), unread: c.unread}
	if now := other.byName[e.name]; now != nil {
		other.entries[slices.Index(other.entries, now)] = e
	} else {
		other.entries = append(other.entries, e)
	}
	other.byName[e.name] = e
	return other
}

// unseen says why nobody knows whether an entry is still there; nil: it is, or is gone.
func (c *candidates) unseen(e *entry) error {
	if e.source != FromFolder || c.byName[e.name] != nil {
		return nil
	}
	return c.unread[filepath.Dir(e.path)]
}
