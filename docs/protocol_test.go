package docs_test

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/oceanid/oceanid/internal/launch"
	"github.com/oceanid/oceanid/internal/wire"
	"github.com/oceanid/oceanid/internal/wire/pluginv1"
	"github.com/oceanid/oceanid/internal/wire/schedulerv1"
	"github.com/oceanid/oceanid/sdk/drivertest"
	"github.com/oceanid/oceanid/sdk/fault"
)

// section is what stands in the page under a heading.
func section(t *testing.T, heading string) string {
	t.Helper()
	page, err := os.ReadFile("protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(page), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("protocol.md has no section %q", heading)
	}
	text, _, _ := strings.Cut(after, "\n## ")
	return text
}

// rows are the cells of the tables of a section, without their headings.
func rows(t *testing.T, heading string) (cells [][]string) {
	t.Helper()
	for line := range strings.Lines(section(t, heading)) {
		row := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(strings.TrimSpace(row[0]), "---") {
			continue
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		cells = append(cells, row)
	}
	if len(cells) < 2 {
		t.Fatalf("section %q has no table", heading)
	}
	return cells[1:]
}

// words are what stands in backquotes.
func words(text string) (found []string) {
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func TestEnvironmentIsTheOneThatADriverGets(t *testing.T) {
	t.Setenv("TZ", "UTC")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "stays with the host")
	dir := t.TempDir()
	script, seen := filepath.Join(dir, "driver"), filepath.Join(dir, "environment")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nenv > \"$OWN\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	// The script is no driver. It keeps its standard output until it has written everything: a host ends one that has closed it.
	_, _ = launch.Start(t.Context(), launch.Spec{Name: "env", Path: script, Env: map[string]string{"OWN": seen}})
	lines, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	told := section(t, "Environment")
	var got, want []string
	for line := range strings.Lines(string(lines)) {
		name, value, ok := strings.Cut(line, "=")
		// A shell adds some of its own.
		if !ok || slices.Contains([]string{"OWN", "PWD", "OLDPWD", "SHLVL", "_"}, name) {
			continue
		}
		if strings.HasPrefix(name, "OCEANID_") || strings.HasPrefix(name, "PLUGIN_") {
			got = append(got, name)
		} else if family := regexp.MustCompile("^(LC|XDG)_.*").ReplaceAllString(name, "${1}_*"); !slices.Contains(words(told), family) && !slices.Contains(words(told), strings.ToUpper(family)) {
			t.Errorf("a driver gets %s=%q, which the page does not tell", name, value)
		}
	}
	for _, row := range rows(t, "Environment") {
		want = append(want, words(row[0])...)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("a driver gets\n%q and the page tells\n%q", got, want)
	}
}

func TestErrorsAreThoseOfTheWire(t *testing.T) {
	t.Parallel()
	names := map[codes.Code]string{}
	for c := codes.OK; c <= codes.Unauthenticated; c++ {
		names[c] = screaming(c.String())
	}
	names[codes.Canceled] = "CANCELLED"
	for _, row := range rows(t, "Errors") {
		reason, code := words(row[0])[0], words(row[1])[0]
		err := fault.Kind(reason).New("x")
		if said := status.Code(wire.Error(err)); names[said] != code {
			t.Errorf("%s is %s, and the page says %s", reason, names[said], code)
		}
		blame := cmp.Or(string(fault.Blame(err)), "(empty)")
		if err == nil || blame != row[2] && reason != "INSTANCE_UNKNOWN" {
			t.Errorf("%s is the fault of %q, and the page says %s", reason, blame, row[2])
		}
	}
	blocks := regexp.MustCompile("(?s)```[a-z]*\n(.*?)```").FindAllStringSubmatch(section(t, "Errors"), -1)
	said, _ := status.FromError(wire.Error(fault.After(fault.By(fault.Host, fault.Unavailable.New("the driver is draining")), 0)))
	bytes, err := hex.DecodeString(strings.Join(strings.Fields(blocks[1][1]), ""))
	if err != nil {
		t.Fatal(err)
	}
	fromJSON, fromBytes := said.Proto(), said.Proto()
	if err := protojson.Unmarshal([]byte(blocks[0][1]), fromJSON); err != nil || !proto.Equal(fromJSON, said.Proto()) {
		t.Errorf("the JSON is of another error: %v, %v", fromJSON, err)
	}
	if err := proto.Unmarshal(bytes, fromBytes); err != nil || !proto.Equal(fromBytes, said.Proto()) {
		t.Errorf("the bytes are of another error: %v, %v", fromBytes, err)
	}
}

// screaming turns "NotFound" into "NOT_FOUND".
func screaming(s string) string {
	return strings.ToUpper(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(s, "${1}_${2}"))
}

func TestLimitsAreThoseOfTheWire(t *testing.T) {
	t.Parallel()
	table := section(t, "Limits")
	for _, want := range []string{
		fmt.Sprintf("a message, either way | %d MiB", wire.MaxMessage>>20),
		fmt.Sprintf("a chunk | %d KiB", wire.ChunkSize>>10),
		fmt.Sprintf("statuses in a page | %d |", wire.PageSize),
		fmt.Sprintf("an identifier of the pool | %d bytes", wire.MaxID),
		fmt.Sprintf("a cursor | %d KiB", wire.MaxCursor>>10),
		fmt.Sprintf("an error's message | %d KiB", wire.MaxText>>10),
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the page does not say: %s", want)
		}
	}
}

// Every service is named, every verb has its deadline, and every group of the conformance suite its place in the checklist.
func TestNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	capabilities, deadlines := words(section(t, "Capabilities are services")), words(section(t, "Deadlines, repetition, concurrency"))
	for _, file := range []protoreflect.FileDescriptor{pluginv1.File_oceanid_plugin_v1_plugin_proto, schedulerv1.File_oceanid_scheduler_v1_scheduler_proto} {
		for i := range file.Services().Len() {
			s := file.Services().Get(i)
			if !slices.Contains(capabilities, string(s.Name())) && !slices.Contains(capabilities, string(s.FullName())) {
				t.Errorf("the page does not tell of service %s", s.FullName())
			}
			for j := range s.Methods().Len() {
				verb := string(s.Methods().Get(j).Name())
				if !slices.Contains(deadlines, verb) && verb != "Drain" && verb != "SetLogLevel" {
					t.Errorf("the page tells no deadline of %s", verb)
				}
			}
		}
	}
	groups := words(section(t, "Checklist"))
	for _, c := range drivertest.Checks() {
		if name := c.Group + "/"; !slices.Contains(groups, name) {
			t.Errorf("the checklist has no group %s", name)
			groups = append(groups, name)
		}
	}
}
