package drivertest_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

var update = flag.Bool("update", false, "write the golden files and docs/conformance.md anew")

func TestChecksAreWellNamed(t *testing.T) {
	t.Parallel()
	rule := regexp.MustCompile(`^[a-z]+/[a-z0-9]+(-[a-z0-9]+)*$`)
	seen, groups, last := map[string]bool{}, map[string]bool{}, ""
	for _, c := range drivertest.Checks() {
		if !rule.MatchString(c.Name) || !strings.HasPrefix(c.Name, c.Group+"/") || seen[c.Name] {
			t.Errorf("%q is no name, or is there twice", c.Name)
		}
		if c.Group != last && groups[c.Group] {
			t.Errorf("%q stands apart from its group", c.Name)
		}
		if !strings.HasSuffix(c.Promise, ".") || c.Contract == "" {
			t.Errorf("%s: promise %q, contract %q", c.Name, c.Promise, c.Contract)
		}
		if c.Required == (c.Service != "") {
			t.Errorf("%s: required %v, service %q", c.Name, c.Required, c.Service)
		}
		seen[c.Name], groups[c.Group], last = true, true, c.Group
	}
	if len(seen) < 80 {
		t.Errorf("%d checks; at least 80 are promised", len(seen))
	}
}

// page is docs/conformance.md.
func page() []byte {
	var b bytes.Buffer
	checks, required := drivertest.Checks(), 0
	for _, c := range checks {
		if c.Required {
			required++
		}
	}
	fmt.Fprintf(&b, `# What a driver promises

<!-- Written by `+"`go test ./sdk/drivertest -run TestPage -update`"+` from the checks themselves. -->

The conformance suite holds a driver, in any language, to %d promises over the real wire. %d of them are required of every driver; the others belong to a
service that a driver may serve or leave out. What is left out must be left out honestly: those are the checks of the group honesty.

    oceanid drivers conform ./my-driver -c my.hcl     # a table; --junit FILE and -o json for machines

In Go, `+"`drivertest.Scheduler(t, plugin, config)`"+` in a test runs each as a subtest; `+"`go test -run 'TestConformance/submit'`"+` runs one group.

Jobs use /bin/sh and the core utilities only. A job tells by its exit code whether it was given what it should be, so the suite sees into pools that
have neither logs nor downloads. Where the pool's machines see the folders of the machine that the suite runs on, jobs leave marks there, and the suite
counts how often each ran.
`, len(checks), required)
	group := ""
	for _, c := range checks {
		if c.Group != group {
			group = c.Group
			fmt.Fprintf(&b, "\n## %s\n\n| Check | Promise | Where it is promised | Required |\n|---|---|---|---|\n", group)
		}
		whom := "yes"
		if !c.Required {
			whom = "with " + c.Service[strings.LastIndex(c.Service, ".")+1:]
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.Name[len(group)+1:], cell(c.Promise), cell(c.Contract), whom)
	}
	return b.Bytes()
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func TestPage(t *testing.T) {
	t.Parallel()
	golden(t, filepath.Join("..", "..", "docs", "conformance.md"), page())
}

// golden compares with a file, or writes it.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale; `go test ./sdk/drivertest -run %s -update` writes it anew. It would be:\n%s", path, t.Name(), got)
	}
}
