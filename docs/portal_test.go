package docs_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// imported is what the page's snippets may name.
var imported = []string{
	"context", "errors", "io", "log", "path/filepath", "testing", "time", "github.com/hashicorp/go-hclog",
	"github.com/oceanid/oceanid/host", "github.com/oceanid/oceanid/host/hosttest", "github.com/oceanid/oceanid/sdk/fault", "github.com/oceanid/oceanid/sdk/scheduler",
}

// around is what each snippet finds.
const around = `
type application struct{}

func (application) PressButton(*host.Host) {}
func (application) Show([]*host.Job)       {}

var portal application

func _(ctx context.Context, h *host.Host, s *host.Scheduler, job *host.Job, logger hclog.Logger, w io.Writer, q host.JobQuery, cursor, results string, csv []byte, task int) error {
	var err error
	_ = err
	{
`

// What docs/portal-developers.md shows compiles.
func TestSnippetsOfPortalDevelopers(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("portal-developers.md")
	if err != nil {
		t.Fatal(err)
	}
	snippets := regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatchIndex(string(page), -1)
	if len(snippets) < 10 {
		t.Fatalf("there are only %d snippets", len(snippets))
	}
	exports := exported(t)
	for _, at := range snippets {
		line := 1 + bytes.Count(page[:at[2]], []byte("\n"))
		for _, wrong := range compile(t, exports, whole(string(page[at[2]:at[3]]), line)) {
			t.Errorf("%v", wrong)
		}
	}
}

// left is what a snippet leaves out: "…" where it is no text.
var left = regexp.MustCompile(`"[^"\n]*"|//[^\n]*|,?[ \t]*…`)

// whole makes a file of a snippet, whose lines are those of the page.
func whole(snippet string, line int) string {
	snippet = left.ReplaceAllStringFunc(snippet, func(found string) string {
		if strings.HasPrefix(found, `"`) || strings.HasPrefix(found, "//") {
			return found
		}
		return ""
	})
	var b strings.Builder
	b.WriteString("package page\n\nimport (\n")
	for _, path := range imported {
		fmt.Fprintf(&b, "\t%q\n", path)
	}
	b.WriteString(")\n" + around)
	before, after := "", "\t}\n\treturn nil\n}\n"
	switch {
	case strings.HasPrefix(snippet, "func "):
		before, after = "\t}\n\treturn nil\n}\n", ""
	case strings.HasPrefix(snippet, "Policy:"):
		before, after = "\t_ = scheduler.Job{\n", "\t}\n\t}\n\treturn nil\n}\n"
		snippet = strings.TrimRight(snippet, "\n") + ",\n"
	}
	fmt.Fprintf(&b, "%s//line docs/portal-developers.md:%d\n%s%s", before, line, snippet, after)
	return b.String()
}

// exported are the files that the compiler has made of the packages, by import path.
func exported(t *testing.T) map[string]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, imported...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		all[path] = file
	}
	return all
}

// compile gives what is wrong with a file, but for what it names and does not use: a snippet shows how, and not what for.
func compile(t *testing.T, exports map[string]string, source string) (wrong []error) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "snippet.go", source, 0)
	if err != nil {
		return []error{err}
	}
	conf := types.Config{
		Importer: importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }),
		Error: func(err error) {
			if said := err.Error(); !strings.Contains(said, "declared and not used") && !strings.Contains(said, "imported and not used") {
				wrong = append(wrong, err)
			}
		},
	}
	// Its error is the first of those.
	_, _ = conf.Check("page", files, []*ast.File{file}, nil)
	return wrong
}
