package config

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Load reads a configuration: a file in HCL's native syntax, one in HCL's JSON syntax when its name ends in .json, or a folder, which is all its
// *.hcl and *.hcl.json files together.
//
// What the file says wrongly is an *Error with everything that was found. The File is returned beside it with what could be read, so that a check may
// go on to Decode and print all findings as one (Join); after a mistake of syntax it has no blocks. Any other error, with a nil File, says why
// the file cannot be read: fault.NotFound, fault.Denied …
func Load(path string) (*File, error) {
	l, err := load("configuration", path)
	if err != nil {
		return nil, err
	}
	return l.file, failure(l.file.diagnostics(nil, nil, l.marks))
}

// load reads, and leaves it to the caller what becomes of the marks. The error says why there is nothing to read; what is the word for it.
func load(what, path string) (*loader, error) {
	texts, folder, err := open(what, path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, texts: map[string]*text{}, folder: folder}
	l := &loader{file: f}
	readable := true
	for _, t := range texts {
		f.texts[t.name] = t
		marks, whole := t.parse()
		l.marks = append(l.marks, marks...)
		readable = readable && whole
	}
	if readable {
		for _, t := range texts {
			l.text(t)
		}
		l.clusters()
	}
	return l, nil
}

// loader fills in a File.
type loader struct {
	file  *File
	marks []mark
	dir   *hcl.Range
	// locals are files that must be there when a job is submitted.
	locals []local
	wishes []findings
}

func (l *loader) mark(at hcl.Range, hint, format string, args ...any) {
	l.marks = append(l.marks, mark{at: at, hint: hint, summary: fmt.Sprintf(format, args...)})
}

// text takes one file's top level.
func (l *loader) text(t *text) {
	if at, ok := object(t.body); !ok {
		t.hidden = append(t.hidden, t.span(0, len(t.source)))
		l.mark(at, "put all in one object", "a JSON object is required here")
		return
	}
	content, _, diags := t.body.PartialContent(top())
	for _, d := range diags {
		l.marks = append(l.marks, l.header(t, d))
	}
	taken := map[hcl.Range]bool{}
	for _, b := range content.Blocks {
		taken[b.TypeRange] = true
	}
	attributes, blocks := names(grammar())
	for _, n := range namesIn(t.body) {
		a, b := attributeOf(grammar(), n.name), nestedOf(grammar(), n.name)
		switch {
		case n.block && a != nil:
			l.mark(n.at, asAttribute(a), "%s", notBlock(a))
		case !n.block && !t.json && b != nil:
			l.mark(n.at, "write "+header(n.name), "%s", notAttribute(n.name))
		case a == nil && b == nil && n.block:
			l.mark(n.at, suggestion(n.name, append(blocks, attributes...)), "there is no block %q at the top of a file", n.name)
		case a == nil && b == nil:
			l.mark(n.at, suggestion(n.name, append(attributes, blocks...)), "there is no attribute %q at the top of a file", n.name)
		case n.block && taken[n.at], t.json && !within(diags, n.value), a != nil:
			continue
		}
		// Nobody knows what is a secret in there.
		if n.expr != nil {
			t.hidden = append(t.hidden, secretIn(n.expr)...)
		} else {
			t.hidden = append(t.hidden, n.value)
		}
	}
	if a, ok := content.Attributes["driver_dir"]; ok {
		l.driverDir(t, a)
	}
	for _, b := range content.Blocks {
		l.block(t, b)
	}
}

// within tells whether anything is wrong in a range.
func within(diags hcl.Diagnostics, r hcl.Range) bool {
	return slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool { return d.Subject != nil && r.ContainsOffset(d.Subject.Start.Byte) })
}

// header rewords HCL's complaint about labels, which does not say how the block is written.
func (l *loader) header(t *text, d *hcl.Diagnostic) mark {
	m := t.said(d, false)
	for _, n := range namesIn(t.body) {
		if n.block && d.Context != nil && d.Context.Overlaps(n.at) {
			m.summary, m.hint = "the labels of this block are wrong", "write "+header(n.name)
		}
	}
	return m
}

func (l *loader) driverDir(t *text, a *hcl.Attribute) {
	if l.dir != nil {
		l.mark(a.NameRange, "keep one of them", "driver_dir is set twice, first at %s", placeOf(*l.dir))
		return
	}
	l.dir = &a.NameRange
	r := reader{text: t, eval: evaluation(l.file.folder)}
	c := checker{hcl: true}
	v, _ := c.attribute(attributeOf(grammar(), a.Name), r.expression(a.Expr, false), path{}.attribute(a.Name))
	l.marks = append(l.marks, r.marks...)
	for _, found := range c.found {
		l.mark(a.Expr.Range(), found.hint, "%s", found.summary)
	}
	if dir, ok := v.(string); ok {
		l.file.DriverDir = l.path(a.Expr.Range(), dir)
	}
}

// newBlock has the last of two labels, or the only one of a job, as its name, and the other as its type.
func newBlock(t *text, b *hcl.Block, schema *pluginv1.Block) *Block {
	block := &Block{Kind: b.Type, body: b.Body, head: b.DefRange, labels: b.LabelRanges, schema: schema}
	if t.json && len(b.LabelRanges) > 0 {
		block.head = b.LabelRanges[len(b.LabelRanges)-1]
	} else if t.json {
		block.head = b.TypeRange
	}
	for i, label := range b.Labels {
		if i == 0 && !block.named() {
			block.Type = label
		} else {
			block.Name = label
		}
	}
	return block
}

// named tells whether the only label of such a block is a name, not a type.
func (b *Block) named() bool {
	return b.Kind == blockJob || b.Kind == blockWorkflow || b.Kind == blockNode
}

func (l *loader) block(t *text, b *hcl.Block) {
	block := newBlock(t, b, nestedOf(grammar(), b.Type).GetBlock())
	l.file.blocks = append(l.file.blocks, block)
	l.labels(block)
	switch block.Kind {
	case "store":
		l.store(block)
	case "jobs":
		l.jobs(block)
	case "quota":
		l.quota(block)
	case blockJob, blockWorkflow:
		l.wanted(t, block)
	case "driver":
		l.driver(block)
	case "scheduler":
		if l.unique(block, l.file.Schedulers) {
			l.file.Schedulers = append(l.file.Schedulers, block)
		}
	case "cluster":
		if l.unique(block, l.file.Clusters) {
			l.file.Clusters = append(l.file.Clusters, block)
		}
	}
}

var (
	typeName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	instance = regexp.MustCompile(`^[^\s\pC](?:[^\pC]*[^\s\pC])?$`)
)

func (l *loader) labels(b *Block) {
	if len(b.labels) > 0 && !b.named() && !typeName.MatchString(b.Type) {
		l.mark(b.labels[0], "a type is of a-z, 0-9 and -, begins with a letter and has at most 32 characters", "%q is no type of %s", b.Type, b.Kind)
	}
	if (len(b.labels) > 1 || len(b.labels) == 1 && b.named()) && (len(b.Name) > 128 || !instance.MatchString(b.Name)) {
		l.mark(b.label(), "a name is printable, has 1 to 128 bytes and no space at its ends", "%q is no name for a %s", b.Name, b.Kind)
	}
}

func (l *loader) unique(b *Block, others []*Block) bool {
	for _, o := range others {
		if o.Name == b.Name {
			l.mark(b.label(), "give one of them another name", "the name %q is used twice, first at %s", b.Name, placeOf(o.label()))
			return false
		}
	}
	return true
}

// label is the place of the last label, or of the header without one.
func (b *Block) label() hcl.Range {
	if n := len(b.labels); n > 0 {
		return b.labels[n-1]
	}
	return b.head
}

// clusters says once that there are none yet, rather than to keep silent about blocks that nothing will start.
func (l *loader) clusters() {
	all := l.file.Clusters
	if len(all) == 0 {
		return
	}
	l.mark(all[0].head, "remove the cluster blocks, or comment them out", "clusters are not available in this build of oceanid")
}

// decode decodes a block that this package describes itself; what is wrong with it is left out of into.
func (l *loader) decode(b *Block, into any) {
	values, marks := l.file.decode(b, b.schema)
	l.marks = append(l.marks, marks...)
	whole, err := Merge(values.Public, values.Secret)
	if err == nil {
		err = json.Unmarshal(whole, into)
	}
	if err != nil {
		l.mark(b.head, "", "%s", err)
	}
}

// path is absolute; "" stays what it is, and a mark is made where it cannot be.
func (l *loader) path(at hcl.Range, given string) string {
	if given == "" {
		return ""
	}
	p, err := resolve(l.file.folder, given)
	if err != nil {
		l.mark(at, "", "this path cannot be used: %s", err)
	}
	return p
}
