package reference

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Write writes the page, in Markdown. A driver's words are shown as text, whatever stands in them.
func Write(w io.Writer, said *pluginv1.DescribeResponse) error {
	p := &page{Writer: bufio.NewWriter(w), said: said}
	p.head()
	p.example()
	p.options()
	p.abilities()
	p.commands()
	return p.Flush()
}

type page struct {
	*bufio.Writer // keeps the first error until Flush
	said          *pluginv1.DescribeResponse
}

func (p *page) linef(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) head() {
	p.linef("<!-- Written by `oceanid drivers docs %s` from the driver's own words. Change those, not this page. -->", text(p.said.GetName()))
	p.linef("\n# %s\n", text(p.said.GetName()))
	if s := p.said.GetSummary(); s != "" {
		p.linef("%s\n", text(s))
	}
	if why := p.said.GetAtLeastOnce(); why != "" {
		p.linef("**May run a job twice**: %s\n", text(why))
	}
	p.linef("Version %s. Oceanid's SDK: %s.", text(p.said.GetVersion()), text(p.said.GetSdk()))
}

// example shows a block that would work once the ellipses are filled in: what is required stands there, the rest is commented out, with its default.
func (p *page) example() {
	p.linef("\n## In the configuration\n")
	p.linef("```hcl")
	p.linef("scheduler %q \"NAME\" {", p.said.GetName())
	p.block(p.said.GetConfig(), "  ", p.said.GetName())
	p.linef("}")
	p.linef("```")
	if !needs(p.said.GetConfig()) {
		p.linef("\nNothing is required.")
	}
}

// needs tells whether anything must be written.
func needs(b *pluginv1.Block) bool {
	return slices.ContainsFunc(b.GetAttributes(), (*pluginv1.Attribute).GetRequired) || slices.ContainsFunc(b.GetBlocks(), (*pluginv1.NestedBlock).GetRequired)
}

func (p *page) block(b *pluginv1.Block, indent, prefix string) {
	var required, optional []*pluginv1.Attribute
	for _, a := range b.GetAttributes() {
		if a.GetRequired() {
			required = append(required, a)
		} else {
			optional = append(optional, a)
		}
	}
	wide := widest(required)
	for _, a := range required {
		p.linef("%s%-*s = %s", indent, wide, a.GetName(), value(a, prefix))
	}
	if len(required) > 0 && len(optional) > 0 {
		p.linef("")
	}
	wide = widest(optional)
	for _, a := range optional {
		p.linef("%s# %-*s = %s", indent, wide, a.GetName(), value(a, prefix))
	}
	for i, n := range b.GetBlocks() {
		if i > 0 || len(b.GetAttributes()) > 0 {
			p.linef("")
		}
		inner := &strings.Builder{}
		nested := &page{Writer: bufio.NewWriter(inner)}
		nested.linef("%s {", n.GetName())
		nested.block(n.GetBlock(), "  ", prefix+"_"+n.GetName())
		nested.linef("}")
		_ = nested.Flush() // a strings.Builder never fails
		mark := ""
		if !n.GetRequired() {
			mark = "# "
		}
		for line := range strings.Lines(inner.String()) {
			p.linef("%s", strings.TrimRight(indent+mark+strings.TrimRight(line, "\n"), " "))
		}
	}
}

func widest(all []*pluginv1.Attribute) (n int) {
	for _, a := range all {
		n = max(n, len(a.GetName()))
	}
	return n
}

func (p *page) options() {
	p.linef("\n## Options\n")
	if len(p.said.GetConfig().GetAttributes())+len(p.said.GetConfig().GetBlocks()) == 0 {
		p.linef("There are none.")
		return
	}
	p.table(p.said.GetConfig())
	p.nested(p.said.GetConfig(), "")
	if secrets(p.said.GetConfig()) {
		p.linef("\nA *secret* is sealed where it is kept, and is in no log, list or page. Keep it out of the file as well: `env(\"NAME\")` and `file(\"path\")` give what it should be.")
	}
}

func secrets(b *pluginv1.Block) bool {
	return slices.ContainsFunc(b.GetAttributes(), (*pluginv1.Attribute).GetSensitive) ||
		slices.ContainsFunc(b.GetBlocks(), func(n *pluginv1.NestedBlock) bool { return secrets(n.GetBlock()) })
}

func (p *page) table(b *pluginv1.Block) {
	if len(b.GetAttributes()) == 0 {
		return
	}
	p.linef("| Option | Type | Default | |")
	p.linef("|---|---|---|---|")
	for _, a := range b.GetAttributes() {
		p.linef("| `%s` | %s | %s | %s |", a.GetName(), kind(a), fallback(a), text(a.GetDoc()))
	}
}

// nested goes through the blocks in blocks.
func (p *page) nested(b *pluginv1.Block, prefix string) {
	for _, n := range b.GetBlocks() {
		name := prefix + n.GetName()
		p.linef("\n### `%s { … }`\n", name)
		p.linef("%s\n", strings.TrimSpace(cmp.Or(text(n.GetBlock().GetDoc()), "A block of its own.")+" "+howOften(n)))
		p.table(n.GetBlock())
		p.nested(n.GetBlock(), name+".")
	}
}

func howOften(n *pluginv1.NestedBlock) string {
	switch {
	case n.GetRequired() && n.GetRepeated():
		return "Required; there may be several."
	case n.GetRequired():
		return "Required."
	case n.GetRepeated():
		return "There may be several."
	}
	return "It may be left out."
}
