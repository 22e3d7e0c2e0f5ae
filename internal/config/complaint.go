package config

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
)

// The words that checks of jobs and workflows begin with.
var (
	ofOthers = regexp.MustCompile(`^(?:(?:scheduler|driver|job|workflow) "[^"]*"|workflow|submit(?: \w+)?): `)
	ofNode   = regexp.MustCompile(`^node "([^"]*)": `)
	ofNodes  = regexp.MustCompile(`^nodes: "([^"]*)" `)
	ofRetry  = regexp.MustCompile(`^retry rule ([0-9]+): `)
	ofOption = regexp.MustCompile(`^options?:? (?:"([^"]*)"|(\+?[A-Za-z_][\w.]*): )`)
	ofField  = regexp.MustCompile(`^([a-z][a-z_]*)(?: ([A-Za-z_]\w*))?: `)
	ofCycle  = regexp.MustCompile(`^nodes: (\S+) → `)
)

// complaint is what a check says of the job or workflow that a block describes, put where the check's words lead: to the node that they name, and there to the
// attribute that they begin with.
func (b *Block) complaint(said string) mark {
	rest := said
	for ofOthers.MatchString(rest) {
		rest = ofOthers.ReplaceAllString(rest, "")
	}
	if m := ofNodes.FindStringSubmatch(rest); m != nil {
		// Of two with the same name the second one is too many.
		for _, n := range slices.Backward(b.inner) {
			if n.Name == m[1] {
				return mark{at: n.label(), summary: oneLine(said)}
			}
		}
	}
	if m := ofCycle.FindStringSubmatch(rest); m != nil {
		for _, n := range b.inner {
			if n.Name == m[1] {
				return mark{at: n.at("after"), key: "after", summary: oneLine(said)}
			}
		}
	}
	if m := ofNode.FindStringSubmatch(rest); m != nil {
		for _, n := range b.inner {
			if n.Name == m[1] {
				return n.inNode(rest[len(m[0]):], said)
			}
		}
	}
	return b.inField(rest, said)
}

// inNode goes on in a node, or in the workflow that it has.
func (b *Block) inNode(rest, said string) mark {
	if len(b.inner) == 1 && (ofNode.MatchString(rest) || ofNodes.MatchString(rest) || ofOthers.MatchString(rest)) {
		m := b.inner[0].complaint(rest)
		m.summary = oneLine(said)
		return m
	}
	m := b.inField(rest, said)
	if m.key == "" && len(b.inner) == 1 {
		if within := b.inner[0].inField(rest, said); within.key != "" {
			return within
		}
	}
	return m
}

// inField goes on with the names of blocks and attributes that lead to the mistake.
func (b *Block) inField(rest, said string) mark {
	var p path
	for here := b.schema; ; {
		if m := ofRetry.FindStringSubmatch(rest); m != nil && nestedOf(here, "retry") != nil {
			// The expression takes digits only; a number beyond all blocks leads to the block around them.
			i, _ := strconv.Atoi(m[1])
			p, rest, here = p.attribute("retry").at(max(i-1, 0)), rest[len(m[0]):], nestedOf(here, "retry").GetBlock()
			continue
		}
		if m := ofOption.FindStringSubmatch(rest); m != nil {
			p = p.attribute("options").key(cmp.Or(m[1], m[2]))
			break
		}
		m := ofField.FindStringSubmatch(rest)
		if m == nil || attributeOf(here, m[1]) == nil && nestedOf(here, m[1]) == nil {
			break
		}
		p, rest, here = p.attribute(m[1]), rest[len(m[0]):], nestedOf(here, m[1]).GetBlock()
		if m[2] != "" {
			p = p.key(m[2])
		}
	}
	return mark{at: b.find(p, false), key: p.String(), summary: oneLine(said)}
}
