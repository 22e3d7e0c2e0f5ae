package catalog

import (
	"path/filepath"
	"strings"
)

// collect gathers the candidates in the order in which they win: the configuration's own, the built in, the found.
func (c *Catalog) collect() {
	var about []Block // blocks that leave the path to be found
	for _, b := range c.o.Blocks {
		if b.Path == "" {
			about = append(about, b)
			continue
		}
		path, err := filepath.Abs(b.Path)
		e := c.add(&entry{name: b.Name, path: path, source: FromBlock})
		if err != nil {
			e.refuse("%w", err)
		}
		e.configure(b)
	}
	for _, b := range c.o.Builtins {
		c.add(&entry{name: b.Name, source: BuiltIn, builtin: &b})
	}
	for _, dir := range c.o.Dirs {
		dir, err := filepath.Abs(dir)
		if err != nil {
			continue
		}
		paths, err := discover(dir)
		if err != nil {
			e := &entry{path: dir, source: FromFolder}
			e.refuse("the folder of drivers cannot be read: %w", err)
			c.add(e)
		}
		for _, path := range paths {
			if !c.has(path) {
				c.add(&entry{name: strings.TrimPrefix(filepath.Base(path), prefix), path: path, source: FromFolder})
			}
		}
	}
	for _, b := range about {
		e := c.byName[b.Name]
		switch {
		case e == nil:
			c.add(&entry{name: b.Name, source: FromBlock}).refuse("no file %s%s in %s: install it there, or give its path in the driver's block", prefix, b.Name, strings.Join(c.o.Dirs, ", "))
		case e.block.Name != "":
			c.add(&entry{name: b.Name, source: FromBlock}).refuse("the configuration has another block of that name")
		default:
			e.configure(b)
		}
	}
}

// add adds a candidate; all but the first of a name are refused.
func (c *Catalog) add(e *entry) *entry {
	e.catalog = c
	e.supervisor = c.supervise(e)
	c.entries = append(c.entries, e)
	switch first := c.byName[e.name]; {
	case e.refused != nil:
	case first != nil && first.source == BuiltIn:
		e.refuse("the driver of that name that is built into this program is used in its place")
	case first != nil && e.source == FromBlock:
		e.refuse("the configuration has another block of that name")
	case first != nil:
		e.refuse("%s is used in its place", first.path)
	case !validName(e.name):
		e.refuse("%q is no name for a driver: [a-z][a-z0-9-]*, at most 32 bytes", e.name)
	default:
		c.byName[e.name] = e
	}
	return e
}

// has tells whether a path is a candidate already.
func (c *Catalog) has(path string) bool {
	for _, e := range c.entries {
		if e.path == path {
			return true
		}
	}
	return false
}
