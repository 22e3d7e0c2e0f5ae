package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// maxText is the largest file that is read, be it a configuration or what file() names. It guards against a wrong path, not against an enemy.
const maxText = 1 << 20

// evaluation is what expressions may use: no variables, and functions that at most read.
func evaluation(folder string) *hcl.EvalContext {
	return &hcl.EvalContext{Functions: map[string]function.Function{
		"env":        envFunction(),
		"file":       fileFunction(folder),
		"upper":      stdlib.UpperFunc,
		"lower":      stdlib.LowerFunc,
		"title":      stdlib.TitleFunc,
		"trimspace":  stdlib.TrimSpaceFunc,
		"trim":       stdlib.TrimFunc,
		"trimprefix": stdlib.TrimPrefixFunc,
		"trimsuffix": stdlib.TrimSuffixFunc,
		"chomp":      stdlib.ChompFunc,
		"substr":     stdlib.SubstrFunc,
		"format":     stdlib.FormatFunc,
		"join":       stdlib.JoinFunc,
		"split":      stdlib.SplitFunc,
		"replace":    stdlib.ReplaceFunc,
	}}
}

// callError is a failure of env or file in words. It does not name the argument, which may be computed from a secret; whoever prints it names it where it
// is literal, in place of the %s.
type callError struct{ summary, hint string }

func (e *callError) Error() string { return e.summary }

func envFunction() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "name", Type: cty.String}},
		VarParam: &function.Parameter{Name: "default", Type: cty.String},
		Type:     function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if len(args) > 2 {
				return cty.NilVal, &callError{"env takes a name and at most one default", ""}
			}
			value, ok := os.LookupEnv(args[0].AsString())
			switch {
			case ok && !utf8.ValidString(value):
				return cty.NilVal, &callError{"the environment variable %s is not text in UTF-8", ""}
			case ok:
				return cty.StringVal(value), nil
			case len(args) == 2:
				return args[1], nil
			}
			return cty.NilVal, &callError{"the environment variable %s is not set", "set it, or give a default as second argument of env"}
		},
	})
}

func fileFunction(folder string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			path, err := resolve(folder, args[0].AsString())
			if err != nil {
				return cty.NilVal, &callError{"the file %s cannot be read: " + cause(err), ""}
			}
			content, err := readText(path)
			if err != nil {
				return cty.NilVal, &callError{"the file %s cannot be read: " + cause(err), "a relative path is relative to the folder of the configuration file"}
			}
			text := strings.TrimSuffix(string(content), "\n")
			return cty.StringVal(strings.TrimSuffix(text, "\r")), nil
		},
	})
}

// readText reads a regular file of text. A named pipe would block for ever, a device never end.
func readText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxText+1))
	switch {
	case err != nil:
		return nil, err
	case len(content) > maxText:
		return nil, fmt.Errorf("larger than %d bytes", maxText)
	case !utf8.Valid(content):
		return nil, errors.New("not text in UTF-8")
	}
	return content, nil
}

// cause is an error without the path that package os puts before it.
func cause(err error) string {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}

// resolve makes a path of the file absolute: ~ is the home folder, and what is relative is so to the file's folder.
func resolve(folder, path string) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~"); ok {
		if rest != "" && rest[0] != '/' {
			return "", errors.New("~ stands for one's own home folder only")
		}
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errors.New("the home folder is not known: HOME is not set")
		}
		return filepath.Join(home, rest), nil
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path), nil
	}
	return filepath.Join(folder, path), nil
}
