package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"

	"github.com/oceanid/oceanid/sdk/fault"
)

// text is the source of one file and its tree.
type text struct {
	name   string
	source []byte
	json   bool
	body   hcl.Body
	// hidden is what no excerpt may show, whatever a schema says: comments, values of names that the grammar does not know, and most of a file that does
	// not parse.
	hidden []hcl.Range
}

// open reads the files of a path: itself, or all *.hcl and *.hcl.json of a folder in the order of their names.
func open(what, path string) ([]*text, string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, "", unreadable(what, path, err)
	}
	folder, paths := filepath.Dir(path), []string{path}
	if info.IsDir() {
		folder, paths = path, nil
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, "", unreadable(what, path, err)
		}
		for _, e := range entries {
			name := e.Name()
			if !strings.HasPrefix(name, ".") && (strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".hcl.json")) {
				paths = append(paths, filepath.Join(path, name))
			}
		}
		if len(paths) == 0 {
			return nil, "", fault.NotFound.New("%s %s: the folder holds no *.hcl file", what, path)
		}
	}
	folder, err = filepath.Abs(folder)
	if err != nil {
		return nil, "", fault.By(fault.Host, fault.Internal.New("%s %s: %w", what, path, err))
	}
	var texts []*text
	for _, p := range paths {
		source, err := readText(p)
		if err != nil {
			return nil, "", unreadable(what, p, err)
		}
		texts = append(texts, &text{name: p, source: source, json: strings.HasSuffix(p, ".json")})
	}
	return texts, folder, nil
}

// unreadable keeps the kind that the system's error has; what the system does not complain about is a mistake in what the path names.
func unreadable(what, path string, err error) error {
	if errno := (*os.PathError)(nil); errors.As(err, &errno) {
		return fault.Of(errno.Err).New("%s %s: %w", what, path, errno.Err)
	}
	return fault.Invalid.New("%s %s: %w", what, path, err)
}

// parse fills in the body and gives what is wrong with the syntax. whole: the body is complete all the same.
func (t *text) parse() (marks []mark, whole bool) {
	var file *hcl.File
	var diags hcl.Diagnostics
	if at, deep := t.tooDeep(); deep {
		t.hidden = append(t.hidden, t.span(0, len(t.source)))
		return []mark{{at: at, summary: "the expressions of this file are too complex"}}, false
	}
	for _, token := range t.tokens() {
		if token.Type == hclsyntax.TokenComment {
			t.hidden = append(t.hidden, token.Range)
		}
	}
	if t.json {
		file, diags = json.Parse(t.source, t.name)
	} else {
		file, diags = hclsyntax.ParseConfig(t.source, t.name, hcl.InitialPos)
	}
	if len(diags) > 0 {
		t.hidden = append(t.hidden, t.unparsed()...)
	}
	for _, d := range diags {
		marks = append(marks, t.said(d, false))
		if d.Summary == "Invalid multi-line string" {
			// From here on text and syntax have changed places, and nothing that is said makes sense.
			break
		}
	}
	if file == nil {
		return marks, false
	}
	t.body = file.Body
	// An attribute that stands twice does not spoil the rest, which can be checked as well.
	return marks, !slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool { return d.Summary != "Attribute redefined" })
}

// tokens are those of the native syntax.
func (t *text) tokens() hclsyntax.Tokens {
	if t.json {
		return nil
	}
	// What it complains about, the parser finds as well.
	tokens, _ := hclsyntax.LexConfig(t.source, t.name, hcl.InitialPos)
	return tokens
}
