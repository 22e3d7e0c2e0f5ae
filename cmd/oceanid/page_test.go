package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/internal/scaffold"
)

// pages are those whose examples have to be right.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"../../README.md", "../../docs/driver-authors.md", "../../docs/drivers/*.md"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			all[filepath.Base(path)] = string(text)
		}
	}
	readme, err := os.ReadFile(filepath.Join(scaffolded(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	all["the scaffold's README.md"] = string(readme)
	return all
}

// blocks are the fenced blocks of a page in one language.
func blocks(page, language string) (all []string) {
	for _, found := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		all = append(all, found[1])
	}
	return all
}

// scaffolded is the folder of the driver that docs/driver-authors.md speaks of.
func scaffolded(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "oceanid-flood")
	if _, err := scaffold.Write(dir, scaffold.Options{Name: "flood", Module: "oceanid-flood", Version: "v0.0.0", SDK: root}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// What an author reads in Go is either a piece of the scaffold, or compiles within it.
func TestGoInPages(t *testing.T) {
	t.Parallel()
	dir := scaffolded(t)
	tidy := exec.CommandContext(t.Context(), "go", "mod", "tidy")
	tidy.Dir = dir
	if out, err := tidy.CombinedOutput(); err != nil {
		t.Fatalf("go mod tidy: %v\n%s", err, out)
	}
	own := 0
	for name, page := range pages(t) {
		if name == "README.md" {
			continue // it shows the shape of things, with ellipses
		}
		for i, snippet := range blocks(page, "go") {
			if file, rest, ok := strings.Cut(snippet, "\n"); ok && strings.HasPrefix(file, "// from ") {
				file = strings.TrimPrefix(file, "// from ")
				text, err := os.ReadFile(filepath.Join(dir, file))
				if err != nil || !bytes.Contains(text, []byte(rest)) {
					t.Errorf("%s: this is not in the scaffold's %s (%v):\n%s", name, file, err, rest)
				}
				continue
			}
			own++
			folder := filepath.Join(dir, fmt.Sprintf("snippet%d", i))
			if err := os.Mkdir(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, "snippet.go"), []byte(whole(snippet)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if own == 0 {
		t.Error("no snippet was found that is not from the scaffold")
	}
	vet := exec.CommandContext(t.Context(), "go", "vet", "./...")
	vet.Dir = dir
	if out, err := vet.CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
}

// whole makes a file of declarations: with the imports that they use, and the Driver whose methods they are.
func whole(snippet string) string {
	known := map[string]string{
		"bytes": "bytes", "context": "context", "errors": "errors", "exec": "os/exec", "filepath": "path/filepath", "fmt": "fmt", "io": "io", "os": "os",
		"slog": "log/slog", "strings": "strings", "syscall": "syscall", "time": "time",
		"sdk": scaffold.SDK + "/sdk", "scheduler": scaffold.SDK + "/sdk/scheduler", "fault": scaffold.SDK + "/sdk/fault",
	}
	rest := ""
	if strings.Contains(snippet, "*Driver)") && !strings.Contains(snippet, "type Driver ") {
		rest = "// Driver is that of the page.\ntype Driver struct{}\n\n"
	}
	head := "package snippet\n\n"
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(snippet) {
			head += fmt.Sprintf("import %q\n", known[name])
		}
	}
	return head + "\n" + rest + snippet
}

func TestHCLInPages(t *testing.T) {
	t.Parallel()
	for name, page := range pages(t) {
		for _, block := range blocks(page, "hcl") {
			path := filepath.Join(t.TempDir(), "page.hcl")
			if err := os.WriteFile(path, []byte(block), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := config.Load(path); err != nil {
				t.Errorf("%s: %v\n%s", name, err, block)
			}
		}
	}
}

// What a reader is told to type exists, with the flags that stand there.
func TestCommandsInPages(t *testing.T) {
	t.Parallel()
	others := []string{"cd", "go", "make", "sha256sum"}
	for name, page := range pages(t) {
		for _, block := range blocks(page, "console") {
			for line := range strings.Lines(block) {
				line, ok := strings.CutPrefix(strings.TrimSpace(line), "$ ")
				if !ok {
					t.Errorf("%s: %q is no command", name, line)
					continue
				}
				line, _, _ = strings.Cut(line, " #")
				line, _, _ = strings.Cut(line, " >")
				words := strings.Fields(line)
				if filepath.Base(words[0]) != "oceanid" {
					if !slices.Contains(others, words[0]) {
						t.Errorf("%s: what is %q?", name, words[0])
					}
					continue
				}
				cmd, rest, err := newRoot(&app{}).Find(words[1:])
				if err != nil || cmd.HasSubCommands() {
					t.Errorf("%s: %q: there is no such command (%v)", name, line, err)
				} else if err := cmd.ParseFlags(rest); err != nil {
					t.Errorf("%s: %q: %v", name, line, err)
				} else if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
					t.Errorf("%s: %q: %v", name, line, err)
				}
			}
		}
	}
}

// A link leads somewhere: to a file that is there, or to a heading of the page.
func TestLinksInPages(t *testing.T) {
	t.Parallel()
	headings := func(page string) (anchors []string) {
		for _, found := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
			anchor := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(found[1]), "")
			anchors = append(anchors, strings.ReplaceAll(anchor, " ", "-"))
		}
		return anchors
	}
	for _, path := range []string{"../../README.md", "../../docs/driver-authors.md"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(string(text), -1) {
			to, anchor, _ := strings.Cut(found[1], "#")
			switch {
			case strings.Contains(to, "://"):
			case to == "":
				if !slices.Contains(headings(string(text)), anchor) {
					t.Errorf("%s has no heading #%s", path, anchor)
				}
			default:
				if _, err := os.Stat(filepath.Join(filepath.Dir(path), to)); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
		}
	}
}
