package config_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/config"
	"github.com/oceanid/oceanid/sdk/fault"
)

// TestLoadJobs reads jobs and workflows with everything that there is, in both syntaxes.
func TestLoadJobs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"good.hcl", "good.hcl.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, err := config.LoadJobs(filepath.Join("testdata", "jobs", name))
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			e := json.NewEncoder(&b)
			e.SetIndent("", "  ")
			for _, w := range all {
				var what any = w.Job
				if w.Workflow != nil {
					what = w.Workflow
				}
				if err := e.Encode(map[string]any{w.Block.String() + " for " + w.Scheduler: what}); err != nil {
					t.Fatal(err)
				}
			}
			folder, _ := filepath.Abs("testdata")
			got := strings.ReplaceAll(strings.ReplaceAll(b.String(), folder, "TESTDATA"), secret, "SECRET")
			golden(t, filepath.Join("jobs", "good.golden"), got)
		})
	}
}

// TestJobsOfAConfiguration: the blocks may stand among all others.
func TestJobsOfAConfiguration(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "config.hcl", `
scheduler "demo" "Default" { host = "pool" }
job "a" { command = "a" }
workflow "b" {
  node "c" { command = "c" }
}
`)
	f, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Wanted) != 2 || f.Wanted[0].Name != "a" || f.Wanted[1].Workflow.Name != "b" || f.Wanted[1].Block.Place().Line != 4 {
		t.Errorf("%+v", f.Wanted)
	}
	if all, err := config.LoadJobs(path); err != nil || len(all) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestLoadJobsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		source string
		kind   fault.Kind
		want   string
	}{
		"none":    {`scheduler "demo" "a" {}`, fault.NotFound, `FILE holds no job and no workflow: write job "NAME" { command = … }`},
		"missing": {"job \"a\" {\n  command = \"a\"\n  inputs = [\"b.txt\"]\n}", fault.Invalid, "FILE:3,13-20: the input cannot be read: no such file or directory; a relative path is relative to the folder of this file\n   3 |   inputs = [\"b.txt\"]\n     |             ^^^^^^^"},
		"folder":  {"job \"a\" {\n  command = \"a\"\n  input { path = \"folder\" }\n}", fault.Invalid, "FILE:3,18-26: the input is not a regular file; name each file by itself\n   3 |   input { path = \"folder\" }\n     |                  ^^^^^^^^"},
		"syntax":  {"job \"a\" {\n  command = \"a\n}", fault.Invalid, "FILE:2,15-3,1: the text is not closed on its line; add the closing quote, or write text of several lines as <<EOT\n   2 |   command = …\n     |              ^"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, dir, name+".hcl", c.source)
			_, err := config.LoadJobs(path)
			if got := strings.ReplaceAll(err.Error(), path, "FILE"); fault.Of(err) != c.kind || got != c.want {
				t.Errorf("%s\n%s\nwant\n%s", fault.Of(err), got, c.want)
			}
		})
	}
	if _, err := config.LoadJobs(filepath.Join(dir, "nothing.hcl")); fault.Of(err) != fault.NotFound {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestLoadJobsByName: what is wrong with one job stands in no other's way.
func TestLoadJobsByName(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "jobs.hcl", `job "good" { command = "a" }
job "typo" { comand = "a" }
job "late" {
  command = "a"
  inputs  = ["not-there"]
}
workflow "loop" {
  node "a" {
    command = "a"
    after   = ["b"]
  }
}
`)
	for name, c := range map[string]struct {
		names []string
		wants []string
	}{
		"all":        {nil, []string{":2,14-20: ", ":5,14-25: ", ":10,16-19: "}},
		"the good":   {[]string{"good"}, nil},
		"two":        {[]string{"good", "late"}, []string{":5,14-25: "}},
		"one typo":   {[]string{"typo"}, []string{":2,14-20: "}},
		"a workflow": {[]string{"loop"}, []string{":10,16-19: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, err := config.LoadJobs(path, c.names...)
			var places []string
			if wrong := (*config.Error)(nil); errors.As(err, &wrong) {
				for _, d := range wrong.Diagnostics {
					places = append(places, strings.TrimPrefix(d.String(), path))
				}
			} else if err != nil || len(all) != 4 {
				t.Errorf("%d, %v", len(all), err)
			}
			if len(places) != len(c.wants) {
				t.Fatalf("%q", places)
			}
			for i, want := range c.wants {
				if !strings.HasPrefix(places[i], want) {
					t.Errorf("%q, not %q", places[i], want)
				}
			}
		})
	}
	// Who cannot read a file does not know what is in it.
	if _, err := config.LoadJobs(write(t, t.TempDir(), "broken.hcl", "job \"good\" { command = \"a\" }\njob {"), "good"); fault.Of(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
}

// TestRefused: what a host or driver says is told where it was written.
func TestRefused(t *testing.T) {
	t.Parallel()
	all, err := config.LoadJobs(filepath.Join("testdata", "jobs", "good.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	flood, forecast := all[0], all[2]
	for name, c := range map[string]struct {
		of   config.Wanted
		said string
		want string
	}{
		"attribute":        {flood, "outputs: too many", `outputs = ["hydrograph.csv"]`},
		"within":           {flood, `scheduler "Default": resources: memory: the pool has no such machine`, `memory   = "2GiB"`},
		"secret":           {flood, "env TOKEN: too long", `TOKEN           = env("OCEANID_TEST_SECRET")`},
		"option":           {flood, `options: "rank" is not allowed here`, `rank               = "Memory"`},
		"option in a word": {flood, `driver "condor": option "+ProjectName": too long`, `"+ProjectName"     = "flood"`},
		"option's value":   {flood, `scheduler "Default": options: rank: brackets that do not match`, `rank               = "Memory"`},
		"as a host says":   {flood, `scheduler "Default": submit: options: "rank" is no submit command`, `rank               = "Memory"`},
		"own option":       {flood, `options: +ProjectName: a NUL`, `"+ProjectName"     = "flood"`},
		"nowhere":          {flood, "quota: 10 jobs of ada are at Default, and 10 may be", `job "flood" {`},
		"node":             {forecast, `node "model": options: "rank" is not allowed here`, `options = { rank = "Memory" }`},
		"node of a node":   {forecast, `node "publish": node "send": command: not on this pool`, `command = "send"`},
		"cycle":            {forecast, `nodes: model → fetch → model wait for each other`, `after   = ["fetch"]`},
		"of the workflow":  {forecast, `node "publish": splice: it only takes nodes in`, `splice = true`},
		"name":             {forecast, `nodes: "model" is a name that DAGMan keeps for itself`, `node "model" {`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := c.of.Refused("", fault.Denied.New("%s", c.said))
			if fault.Of(err) != fault.Denied || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.said) {
				t.Errorf("%s: %v", fault.Of(err), err)
			}
			if wrong := (*config.Error)(nil); !errors.As(err, &wrong) || len(wrong.Diagnostics) != 1 || wrong.Diagnostics[0].Place == nil {
				t.Errorf("it has no place: %v", err)
			}
		})
	}
	if err := flood.Refused("scheduler", fault.NotFound.New("no such name")); fault.Of(err) != fault.NotFound || !strings.Contains(err.Error(), `scheduler = "Default"`) {
		t.Errorf("%v", err)
	}
	if err := flood.Refused("", nil); err != nil {
		t.Errorf("%v", err)
	}
}
