package proto_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	plugin    = "proto/oceanid/plugin/v1/plugin.proto"
	scheduler = "proto/oceanid/scheduler/v1/scheduler.proto"
)

// What drivers in the world were built from is never taken back, and nothing lands by accident.
func TestTheProtosAreThoseThatHaveLanded(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"breaking"}, {"check"}} {
		if said, err := landed(t, args...); err != nil {
			t.Errorf("landed.sh %s: %v\n%s", args[0], err, said)
		}
	}
}

func TestWhatBreaksDriversIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, from, to, want string }{
		"a field is removed":           {scheduler, "  string reason = 6;\n", "", `field "6" with name "reason" on message "Status" was deleted`},
		"removed and reserved":         {scheduler, "  string reason = 6;\n", "  reserved 6;\n  reserved \"reason\";\n", `field "6" with name "reason" on message "Status" was deleted`},
		"a field gets another number":  {scheduler, "string node = 10;", "string node = 111;", `field "10" with name "node" on message "Status" was deleted`},
		"two fields change places":     {plugin, "string id = 1;\n  // The revision of its configuration.\n  string revision = 2;", "string revision = 1;\n  string id = 2;", `Field "1" with name "revision" on message "Instance" changed`},
		"a field gets another type":    {scheduler, "int64 offset = 5;", "string offset = 5;", `Field "5" with name "offset" on message "TailRequest" changed type`},
		"a field is many":              {plugin, "  string summary = 7;", "  repeated string summary = 7;", `Field "7" with name "summary" on message "DescribeResponse" changed cardinality`},
		"a field gets another name":    {scheduler, "string native = 7;", "string natural = 7;", `Field "7" with name "natural" on message "Status" changed option "json_name"`},
		"a field leaves its oneof":     {plugin, "    string key = 3;\n  }", "  }\n  string key = 3;", `Field "3" with name "key" on message "Step" moved from inside to outside a oneof`},
		"a service is removed":         {scheduler, "service Probes {\n", "service Probings {\n", `service "Probes" was deleted`},
		"a verb is removed":            {scheduler, "  rpc Release(ReleaseRequest) returns (ReleaseResponse);\n", "", `RPC "Release" on service "Holds" was deleted`},
		"a verb answers with a stream": {scheduler, "returns (SubmitResponse)", "returns (stream SubmitResponse)", `RPC "Submit" on service "Scheduler" changed from server unary to server streaming`},
		"an enum value is renamed":     {scheduler, "STATE_HELD = 4;", "STATE_PAUSED = 4;", `Enum value "4" on enum "State" changed name from "STATE_HELD" to "STATE_PAUSED"`},
		"an enum value is removed":     {scheduler, "  STATE_SUSPENDED = 5;\n", "", `enum value "5" on enum "State" was deleted`},
		"a message is emptied":         {scheduler, "message Exit {", "message Exit {}\n\nmessage Ending {", `field "1" with name "code" on message "Exit" was deleted`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said, err := landed(t, "breaking", changed(t, c.file, c.from, c.to))
			if err == nil || !strings.Contains(said, c.want) {
				t.Errorf("got %v and\n%s\nwant %s", err, said, c.want)
			}
		})
	}
}

func TestAdditionsAreAllowed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, from, to string }{
		"a field":      {scheduler, "  string node = 10;", "  string node = 10;\n  string rack = 111;"},
		"a verb":       {scheduler, "service Holds {", "service Holds {\n  rpc Peek(HoldRequest) returns (HoldResponse);"},
		"a service":    {scheduler, "service Holds {", "service Peeks {\n  rpc Peek(HoldRequest) returns (HoldResponse);\n}\n\nservice Holds {"},
		"an enum":      {scheduler, "enum LogStream {", "enum Colour {\n  COLOUR_UNSPECIFIED = 0;\n}\n\nenum LogStream {"},
		"a state":      {scheduler, "  STATE_LOST = 9;", "  STATE_LOST = 9;\n  STATE_STAGING = 10;"},
		"a comment":    {plugin, "message DescribeRequest {}", "// Nothing is asked.\nmessage DescribeRequest {}"},
		"of the oneof": {plugin, "    string key = 3;", "    string key = 3;\n    string wildcard = 4;"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if said, err := landed(t, "breaking", changed(t, c.file, c.from, c.to)); err != nil {
				t.Errorf("%v\n%s", err, said)
			}
		})
	}
}

// landed runs the script that make uses.
func landed(t *testing.T, args ...string) (said string, err error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "bash", append([]string{"landed.sh"}, args...)...).CombinedOutput()
	return string(out), err
}

// changed is a folder with the protos, one of them with a change.
func changed(t *testing.T, file, from, to string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "proto"), onlyProtos{os.DirFS(".")}); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile("../buf.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(text, []byte(from)) != 1 {
		t.Fatalf("%s has %q %d times", file, from, bytes.Count(text, []byte(from)))
	}
	text = bytes.Replace(text, []byte(from), []byte(to), 1)
	for path, content := range map[string][]byte{file: text, "buf.yaml": config} {
		if err := os.WriteFile(filepath.Join(dir, path), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// onlyProtos leaves out of a folder what is not a proto.
type onlyProtos struct{ fs.FS }

func (o onlyProtos) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(o.FS, name)
	var some []fs.DirEntry
	for _, e := range all {
		if e.IsDir() || strings.HasSuffix(e.Name(), ".proto") {
			some = append(some, e)
		}
	}
	return some, err
}
