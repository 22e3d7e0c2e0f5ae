package config

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// Decode evaluates a block of this file and checks it against its driver's schema. env and file are asked anew at each call, and nothing of the result is
// kept here. What is wrong with the block is an *Error; a broken schema is what CheckSchema says.
func (f *File) Decode(b *Block, schema *pluginv1.Block) (Values, error) {
	if err := CheckSchema(schema); err != nil {
		return Values{}, err
	}
	values, marks := f.decode(b, schema)
	if err := failure(f.diagnostics(b, schema, marks)); err != nil {
		return Values{}, err
	}
	return values, nil
}

// decode gives the values that are right, and marks for all that is wrong.
func (f *File) decode(b *Block, schema *pluginv1.Block) (Values, []mark) {
	r := reader{text: f.texts[b.head.Filename], eval: evaluation(f.folder)}
	given := r.body(b.body, without(schema, b.apart))
	// What was read apart is known, in whatever form it stands there.
	delete(given, b.apart)
	c := checker{hcl: true}
	public, secret := c.block(schema, given, nil)
	for _, found := range c.found {
		r.marks = append(r.marks, mark{at: b.find(found.path, found.name), key: found.path.String(), summary: found.summary, hint: found.hint})
	}
	values, err := split(public, secret)
	if err != nil {
		r.marks = append(r.marks, mark{at: b.head, summary: err.Error()})
	}
	return values, r.marks
}

// split writes the two trees of a check.
func split(public, secret map[string]any) (v Values, err error) {
	if v.Public, err = canonical(public); err == nil && secret != nil {
		v.Secret, err = canonical(secret)
	}
	return v, err
}

// Invalid is an error at an attribute of a block, for what only the caller can find out: a checksum that does not match, an address that does not parse. key
// is as in a Diagnostic without indices, "" for the whole block.
func (f *File) Invalid(b *Block, key, summary, hint string) error {
	at := b.head
	if key != "" {
		at = b.find(dotted(key), false)
	}
	return failure(f.diagnostics(b, b.schema, []mark{{at: at, key: key, summary: oneLine(summary), hint: oneLine(hint)}}))
}

// NoDriver is the error at the type of a block that none of the known drivers serves.
func (f *File) NoDriver(b *Block, known []string) error {
	at := b.head
	if len(b.labels) > 0 {
		at = b.labels[0]
	}
	// A driver may be found in more than one place.
	known = slices.Compact(slices.Sorted(slices.Values(known)))
	hint := "did you mean " + fmt.Sprintf("%q?", nearest(b.Type, known))
	switch {
	case len(known) == 0:
		hint = "no driver was found at all; say where they are with driver_dir, or with a block driver"
	case nearest(b.Type, known) == "":
		hint = "the drivers here are " + list(known, "and")
	}
	return failure(f.diagnostics(b, nil, []mark{{at: at, summary: fmt.Sprintf("no driver serves a %s of type %q", b.Kind, b.Type), hint: hint}}))
}

// diagnostics are the marks with their excerpts, which hide what the schema of the block does not show to be public, and every value of other blocks.
func (f *File) diagnostics(b *Block, schema *pluginv1.Block, marks []mark) []Diagnostic {
	if len(marks) == 0 {
		return nil
	}
	var hidden []hcl.Range
	for _, t := range f.texts {
		hidden = append(hidden, t.hidden...)
	}
	for _, other := range f.blocks {
		known := other.schema
		if other == b {
			known = schema
		}
		hidden = append(hidden, secretsIn(other.body, known, other.apart)...)
	}
	covered := coverOf(hidden)
	all := make([]Diagnostic, len(marks))
	for i, m := range marks {
		all[i] = Diagnostic{Warning: m.warning, Key: m.key, Summary: m.summary, Hint: m.hint}
		if b != nil {
			all[i].Subject = b.String()
		}
		if m.at.Filename == "" {
			continue
		}
		p := placeOf(m.at)
		all[i].Place = &p
		if t := f.texts[m.at.Filename]; t != nil {
			all[i].Excerpt = t.excerpt(m.at, covered)
		}
	}
	return all
}
