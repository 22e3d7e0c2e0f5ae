package walls_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each row of docs/faults.md names tests that are there, or says why there is none.
func TestFaults(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "faults.md"))
	if err != nil {
		t.Fatal(err)
	}
	reference := regexp.MustCompile("`([a-z][a-z/-]*) (Test\\w+)(?:/([^`]+))?`")
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "| ") || strings.TrimSpace(cells[0]) == "fault" {
			continue
		}
		if rows++; len(cells) != 3 {
			t.Errorf("%d cells in: %s", len(cells), line)
			continue
		}
		tests := reference.FindAllStringSubmatch(cells[2], -1)
		if reason, none := strings.CutPrefix(strings.TrimSpace(cells[2]), "none: "); len(tests) == 0 && (!none || reason == "") {
			t.Errorf("neither a test nor a reason for: %s", cells[0])
		}
		if quoted := strings.Count(cells[2], "`"); quoted != 2*len(tests) && len(tests) > 0 {
			t.Errorf("some of it is no test: %s", cells[2])
		}
		for _, r := range tests {
			if !hasTest(t, filepath.Join(root, r[1]), r[2], r[3]) {
				t.Errorf("%s: there is no %s %s in %s", strings.TrimSpace(cells[0]), r[2], r[3], r[1])
			}
		}
	}
	if rows < 80 {
		t.Errorf("only %d rows", rows)
	}
}

// hasTest tells whether a folder has a test of that name, and one that is named so within it.
func hasTest(t *testing.T, folder, name, within string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, body, found := strings.Cut(string(text), "\nfunc "+name+"(t *testing.T) {"); found {
			body, _, _ = strings.Cut(body, "\n}\n")
			return within == "" || strings.Contains(body, `"`+within+`"`)
		}
	}
	return false
}
