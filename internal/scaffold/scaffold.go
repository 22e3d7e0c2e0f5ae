package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"go/format"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"golang.org/x/mod/modfile"

	"github.com/oceanid/oceanid/sdk/fault"
)

// SDK is the module that a driver's author imports.
const SDK = "github.com/oceanid/oceanid"

//go:embed all:template
var files embed.FS

// Options say what is written. Name, Module and Version are required.
type Options struct {
	// Name is the driver's: the type that operators write.
	Name string
	// Module is the path of the new module.
	Module string
	// Version is the version of the SDK that is required: "v1.2.3".
	Version string
	// SDK is the folder of a checkout that stands for that version, absolute; "": none does.
	SDK string
}

// Write makes the folder dir with all files in it and returns their names, in order. The folder must not exist, or be empty: fault.Exists. Names that
// cannot be are fault.Invalid. On an error no file is left behind.
func Write(dir string, o Options) (names []string, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	contents, err := o.expand()
	if err != nil {
		return nil, err
	}
	if err := free(dir); err != nil {
		return nil, err
	}
	names = slices.Sorted(maps.Keys(contents))
	_, absent := os.Stat(dir)
	for _, name := range names {
		if err := write(filepath.Join(dir, filepath.FromSlash(name)), contents[name]); err != nil {
			return nil, errors.Join(err, clear(dir, absent != nil))
		}
	}
	return names, nil
}

// free tells whether nothing is lost when dir is written.
func free(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fault.Exists.New("%s is in the way: %w", dir, err)
	case len(entries) > 0:
		return fault.Exists.New("%s is there already, and not empty: name another folder", dir)
	}
	return nil
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// clear takes away what was written into a folder that had nothing in it, and the folder itself where it was not there.
func clear(dir string, whole bool) error {
	if whole {
		return os.RemoveAll(dir)
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}

// expand gives the contents of the files by their names.
func (o Options) expand() (map[string][]byte, error) {
	contents := map[string][]byte{}
	return contents, fs.WalkDir(files, "template", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(strings.TrimPrefix(path, "template/"), ".tmpl")
		if contents[name], err = o.file(name, string(text)); err != nil {
			return fault.Internal.New("scaffold %s: %w", name, err)
		}
		return nil
	})
}

func (o Options) file(name, text string) ([]byte, error) {
	t, err := template.New(name).Funcs(template.FuncMap{"quote": modfile.AutoQuote}).Parse(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, o); err != nil || !strings.HasSuffix(name, ".go") {
		return b.Bytes(), err
	}
	// The module's path decides where its imports stand.
	return format.Source(b.Bytes())
}
