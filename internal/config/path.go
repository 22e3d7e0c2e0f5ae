package config

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// path leads from the top of a definition to a place in it.
type path []step

// step is the name of an attribute or block, the key of a map (key), or a place in a list (index).
type step struct {
	kind  stepKind
	name  string
	index int
}

type stepKind int

const (
	attribute stepKind = iota
	index
	key
)

func (p path) attribute(name string) path { return p.add(step{kind: attribute, name: name}) }
func (p path) at(i int) path              { return p.add(step{kind: index, index: i}) }
func (p path) key(k string) path          { return p.add(step{kind: key, name: k}) }

// add copies, because siblings share their parent's path.
func (p path) add(s step) path { return append(p[:len(p):len(p)], s) }

// String is the path as HCL would write it: transfer.chunk, disks[1].size, env["HOME"].
func (p path) String() string {
	var b strings.Builder
	for _, s := range p {
		switch s.kind {
		case index:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case key:
			b.WriteString("[" + strconv.Quote(s.name) + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.name)
		}
	}
	return b.String()
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// pathOf is the path of a driver's diagnostic. What makes no sense ends it, so that the rest still leads to the enclosing place.
func pathOf(steps []*pluginv1.Step) path {
	var p path
	for _, s := range steps {
		switch s := s.GetStep().(type) {
		case *pluginv1.Step_Attribute:
			if !plainName.MatchString(s.Attribute) {
				return p
			}
			p = p.attribute(s.Attribute)
		case *pluginv1.Step_Index:
			if s.Index < 0 || s.Index > 1<<30 {
				return p
			}
			p = p.at(int(s.Index))
		case *pluginv1.Step_Key:
			p = p.key(s.Key)
		default:
			return p
		}
	}
	return p
}

// dotted is the path of a key as people write it on a command line: transfer.chunk, disks.1.size.
func dotted(s string) path {
	var p path
	for _, word := range strings.Split(s, ".") {
		if i, err := strconv.Atoi(word); err == nil && i >= 0 {
			p = p.at(i)
		} else {
			p = p.attribute(word)
		}
	}
	return p
}
