package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// commandPage is docs/command.md: for each code or command of its tables the other cells.
func commandPage(t *testing.T) map[string][]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/command.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `?([a-z0-9 -]+?)`? \\| (.*) \\|$").FindAllStringSubmatch(string(page), -1) {
		rows[row[1]] = strings.Split(row[2], " | ")
	}
	return rows
}

func TestReferenceOfExitCodes(t *testing.T) {
	t.Parallel()
	rows := commandPage(t)
	for _, e := range exits() {
		if row := rows[fmt.Sprint(e.code)]; len(row) != 1 || row[0] != e.means {
			t.Errorf("docs/command.md says of %d %q, not %q", e.code, row, e.means)
		}
	}
}

// Each command has its line in the table of what it answers with.
func TestReferenceOfJSON(t *testing.T) {
	t.Parallel()
	rows := commandPage(t)
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		name := strings.TrimPrefix(cmd.CommandPath(), "oceanid ")
		if !cmd.HasSubCommands() && cmd.Runnable() && !strings.HasPrefix(name, "completion") && len(rows[name]) != 2 {
			t.Errorf("docs/command.md does not say what %q answers with", name)
		}
		for _, c := range cmd.Commands() {
			visit(c)
		}
	}
	visit(newRoot(&app{}))
}

// What the page says of documents is what there is.
func TestDocumentsAsDescribed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rows := commandPage(t)
	file := w.write("jobs.hcl", "job \"a\" {\n  scheduler = \"filed\"\n  command = \"run\"\n}\n")
	array := w.must("jobs", "submit", "filed", "--array", "12", "--", "mixed")
	w.must("jobs", "show", array)
	ended := w.must("jobs", "submit", "filed", "--wait", "--", "succeed")
	running := w.must("jobs", "submit", "filed", "--", "run")
	for _, c := range []struct {
		name string
		args []string
	}{
		{"config check", nil}, {"version", nil}, {"drivers list", nil}, {"drivers describe", []string{"memory"}},
		{"schedulers list", nil}, {"schedulers show", []string{"filed"}}, {"schedulers inspect", []string{"filed"}},
		{"schedulers create", []string{"memory", "more", "--host", "h", "--no-test"}}, {"schedulers delete", []string{"more"}},
		{"jobs submit", []string{"filed", "--", "run"}}, {"jobs check", []string{"-f", file}}, {"jobs list", []string{"--limit", "1"}}, {"jobs show", []string{array}},
		{"jobs download", []string{ended, "--dir", w.dir + "/out"}}, {"jobs logs", []string{ended}}, {"jobs explain", []string{running}},
		{"jobs hold", []string{running}}, {"jobs release", []string{running}}, {"jobs resume", []string{running}}, {"jobs suspend", []string{running}}, {"jobs cancel", []string{running}},
		{"jobs resubmit", []string{ended}}, {"jobs watch", []string{ended}}, {"jobs delete", []string{ended}},
		{"dead-letters list", []string{"results"}}, {"dead-letters retry", []string{"results", "--all"}},
	} {
		args := append(append(strings.Fields(c.name), "-o", "json"), c.args...)
		r := w.run(args...)
		var got map[string]json.RawMessage
		if err := json.NewDecoder(strings.NewReader(r.out)).Decode(&got); err != nil || r.code != exitOK {
			t.Errorf("%s: exit code %d, %v\n%s%s", c.name, r.code, err, r.out, r.err)
			continue
		}
		for _, field := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(regexp.MustCompile(`\(.*?\)`).ReplaceAllString(rows[c.name][1], ""), -1) {
			if _, there := got[field[1]]; !there && !sometimes[c.name+" "+field[1]] {
				t.Errorf("%s has no %q: %s", c.name, field[1], r.out)
			}
		}
	}
}

// sometimes are fields that are missing where they would be empty, and are in this test.
var sometimes = map[string]bool{
	"jobs show reason": true, "jobs show results": true, "jobs show troubled_nodes": true, "jobs watch reason": true, "drivers describe sdk": true,
}
