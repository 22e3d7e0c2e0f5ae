package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/drivertest"
)

// TestPrograms does what an author does with real drivers, which are compiled once for all of it.
func TestPrograms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	drivers, err := os.ReadDir("../../plugins")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range drivers {
		build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "oceanid-"+d.Name()), "../../plugins/"+d.Name())
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
		t.Run("the page of "+d.Name(), func(t *testing.T) {
			t.Parallel()
			testPage(t, d.Name(), filepath.Join(dir, "oceanid-"+d.Name()))
		})
	}
	for name, test := range map[string]func(*testing.T, string){
		"describe": testDescribe, "run": testRun, "run interrupted": testInterruptedRun, "run unseen": testUnseenRun, "conform": testConform, "conform on a terminal": testChecksOnTerminal,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, filepath.Join(dir, "oceanid-local"))
		})
	}
}

// testPage tells whoever changes an option to change its page.
func testPage(t *testing.T, name, program string) {
	got := newWorld(t).must("drivers", "docs", program) + "\n"
	path := filepath.Join("../../docs/drivers", name+".md")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale (-want +got; make docs writes it anew):\n%s", path, diff)
	}
}

func testDescribe(t *testing.T, path string) {
	w := newWorld(t)
	if out := w.must("drivers", "describe", path); !strings.Contains(out, "Name     local\n") || !strings.Contains(out, "slots ") {
		t.Errorf("got\n%s", out)
	}
	var d host.Description
	if err := json.Unmarshal([]byte(w.must("drivers", "describe", path, "-o", "json")), &d); err != nil || d.Name != "local" || len(d.Options) < 3 {
		t.Errorf("%+v, %v", d, err)
	}
	for word, says := range map[string]string{"./nothing": "nothing", "memroy": `"memory"`, "memory": "part of this program", "author_test.go": "write ./author_test.go", "./author_test.go": "not executable"} {
		for _, verb := range []string{"docs", "conform"} {
			if r := w.run("drivers", verb, word); r.code == exitOK || !strings.Contains(r.err, says) {
				t.Errorf("%s %s: exit code %d, want %q in\n%s", verb, word, r.code, says, r.err)
			}
		}
	}
}

func testRun(t *testing.T, path string) {
	w := newWorld(t)
	options := w.write("local.hcl", "driver \"local\" {\n  env = { GREETING = \"$${x}\" }\n}\n\nscheduler \"local\" \"one\" {\n  slots = 2\n}\n\nscheduler \"local\" \"two\" {}\n")
	wrong := w.write("wrong.hcl", "scheduler \"local\" \"one\" {\n  slots = -1\n  keap = \"1h\"\n}\n")
	refused := w.write("refused.hcl", "scheduler \"local\" \"one\" {\n  slots = -1\n}\n")
	results := filepath.Join(w.dir, "results")
	for name, c := range map[string]struct {
		args []string
		code int
		out  string
		err  []string
	}{
		"succeeds":       {[]string{"--", "sh", "-c", "echo out; echo err >&2"}, exitOK, "out\n", []string{"\nerr\n", "queued\n", "succeeded\n", "oceanid.driver.local", "has no scheduler of type"}},
		"fails":          {[]string{"--", "sh", "-c", "exit 3"}, exitJobFailed, "", []string{"failed", "exit code 3"}},
		"quiet":          {[]string{"--log-level", "off", "--", "true"}, exitOK, "", []string{"succeeded"}},
		"configured":     {[]string{"-c", options, "--scheduler", "one", "--", "true"}, exitOK, "", []string{"succeeded"}},
		"array":          {[]string{"--array", "3", "--", "sh", "-c", "echo $OCEANID_TASK_INDEX"}, exitOK, "0\n", []string{"3/3", "of 3 tasks"}},
		"results":        {[]string{"--output", "r", "--dir", results, "--", "sh", "-c", "echo 1 >r"}, exitOK, "", []string{"  r, 2 B\n"}},
		"results thrown": {[]string{"--output", "r", "--", "sh", "-c", "echo 1 >r"}, exitOK, "", []string{"  r, 2 B\n"}},
		"probe":          {[]string{"--probe"}, exitOK, "✓ ", nil},
		"not one":        {[]string{"-c", options, "--", "true"}, exitInvalid, "", []string{`choose one of "one", "two"`}},
		"none of them":   {[]string{"-c", options, "--scheduler", "three", "--", "true"}, exitNotFound, "", []string{`no scheduler "three"`}},
		"another's":      {[]string{"--scheduler", "filed", "--", "true"}, exitInvalid, "", []string{"config.hcl:1,1-", `of type "memory"`}},
		"wrong":          {[]string{"-c", wrong, "--", "true"}, exitInvalid, "", []string{`wrong.hcl:3,3-7: `, `did you mean "keep"?`}},
		"refused":        {[]string{"-c", refused, "--", "true"}, exitInvalid, "", []string{`refused.hcl:2,11-13: `, "a number of CPUs"}},
		"no command":     {nil, exitInvalid, "", []string{"the command is missing"}},
		"no dashes":      {[]string{"true"}, exitInvalid, "", []string{"write -- between"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := w.of(t).run(append([]string{"drivers", "run", path}, c.args...)...)
			if r.code != c.code || !strings.HasPrefix(r.out, c.out) || c.out == "" && r.out != "" {
				t.Errorf("exit code %d, want %d; stdout %q, want %q; stderr\n%s", r.code, c.code, r.out, c.out, r.err)
			}
			for _, says := range c.err {
				if !strings.Contains(r.err, says) {
					t.Errorf("stderr does not say %q:\n%s", says, r.err)
				}
			}
			if name == "quiet" && strings.Contains(r.err, "oceanid.") {
				t.Errorf("log lines in\n%s", r.err)
			}
		})
	}
	t.Run("as JSON", func(t *testing.T) {
		t.Parallel()
		r := w.of(t).run("drivers", "run", path, "-o", "json", "--", "true")
		var last host.Job
		lines := strings.Split(strings.TrimSpace(r.out), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.State != "succeeded" || len(lines) < 2 {
			t.Errorf("%v, exit code %d, %s", err, r.code, r.out)
		}
	})
}

// testInterruptedRun: who presses Ctrl-C leaves nothing at the pool, nor on the disk.
func testInterruptedRun(t *testing.T, path string) {
	w := newWorld(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	out, in := io.Pipe()
	var err bytes.Buffer
	code := -1
	var running sync.WaitGroup
	running.Go(func() {
		code = w.app(in, &err).run(ctx, w.args([]string{"drivers", "run", path, "--", "sh", "-c", "echo begun; exec sleep 1000"}))
		in.Close()
	})
	if _, failed := io.ReadFull(out, make([]byte, len("begun\n"))); failed != nil {
		t.Fatal(failed)
	}
	cancel(&interruption{syscall.SIGINT})
	_, failed := io.Copy(io.Discard, out)
	running.Wait()
	if failed != nil || code != 130 || !strings.Contains(err.String(), "the job is cancelled") {
		t.Errorf("%v, exit code %d\n%s", failed, code, err.String())
	}
}

// testUnseenRun: a job that cannot be shown any more is not left at a pool of which only this command knows that it has it.
func testUnseenRun(t *testing.T, path string) {
	w := newWorld(t)
	out, in := io.Pipe()
	out.Close()
	var err bytes.Buffer
	code := w.app(in, &err).run(t.Context(), w.args([]string{"drivers", "run", path, "-o", "json", "--", "sleep", "1000"}))
	if code == exitOK || !strings.Contains(err.String(), "the job is cancelled") {
		t.Errorf("exit code %d\n%s", code, err.String())
	}
}

func testConform(t *testing.T, path string) {
	w := newWorld(t)
	junit := filepath.Join(w.dir, "report.xml")
	r := w.run("drivers", "conform", path, "--only", "^plugin/describes", "--junit", junit)
	if r.code != exitOK || !strings.Contains(r.out, "plugin/describes-itself") || strings.Contains(r.out, "submit/") || !strings.Contains(r.out, "0 failed") {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if xml, err := os.ReadFile(junit); err != nil || !bytes.Contains(xml, []byte("<testsuites")) {
		t.Errorf("%v\n%s", err, xml)
	}
	var report drivertest.Report
	if err := json.Unmarshal([]byte(w.must("drivers", "conform", path, "--only", "^plugin/describes", "-o", "json")), &report); err != nil || report.Driver != "local" || !report.OK() {
		t.Errorf("%+v, %v", report, err)
	}
	for says, args := range map[string][]string{
		"no regular expression": {path, "--only", "("},
		"matches no check":      {path, "--only", "^nothing$"},
		"1 or more":             {path, "--parallel", "0"},
		"BINARY is missing":     {},
		"no argument":           {"--list", path},
		"no driver may refuse":  {path, "--refuses", "events"},
		"serves no workflows":   {path, "--refuses", "workflows"},
	} {
		if r := w.run(append([]string{"drivers", "conform"}, args...)...); r.code != exitInvalid || !strings.Contains(r.err, says) {
			t.Errorf("%q: exit code %d, want %q in %s", args, r.code, says, r.err)
		}
	}
	// Nor does the local driver refuse to hold jobs.
	if r := w.run("drivers", "conform", path, "--only", "^honesty/holds$", "--refuses", "holds"); r.code != exitNonconforming || !strings.Contains(r.out, "hold went well") {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	// The block that --unreachable names reaches the suite: the local driver, which always has its pool, refuses this one.
	file := filepath.Join(w.dir, "unreachable.hcl")
	text := fmt.Sprintf("scheduler \"local\" \"here\" {\n  directory = %q\n}\nscheduler \"local\" \"nowhere\" {\n  directory = \"/dev/null/x\"\n}\n", w.dir)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	here := []string{"drivers", "conform", path, "-c", file, "--only", "^unreachable/", "--scheduler", "here", "--unreachable"}
	if r := w.run(append(here, "nowhere")...); r.code != exitOK || !strings.Contains(r.out, "does not take the configuration with which the pool cannot be reached") {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if r := w.run(append(here, "nobody")...); r.code != exitNotFound || !strings.Contains(r.err, `no scheduler "nobody"`) {
		t.Errorf("exit code %d\n%s%s", r.code, r.out, r.err)
	}
}

func TestListedChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var listed struct{ Checks []drivertest.Check }
	if err := json.Unmarshal([]byte(w.must("drivers", "conform", "--list", "-o", "json")), &listed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(drivertest.Checks(), listed.Checks); diff != "" {
		t.Error(diff)
	}
	if out := w.must("drivers", "conform", "--list", "--only", "^submit/"); strings.Count(out, "\nsubmit/") != strings.Count(out, "\n") {
		t.Errorf("got\n%s", out)
	}
}

// That a check failed is no error of the command, but a code of its own.
func TestFailedChecks(t *testing.T) {
	t.Parallel()
	report := &drivertest.Report{Driver: "bad", Version: "1.0.0", Results: []drivertest.Result{
		{Name: "submit/runs-a-job", Group: "submit", Outcome: drivertest.Failed, Problem: "nothing ran", Advice: "run it", Required: true},
		{Name: "query/tells-every-task", Group: "query", Outcome: drivertest.Passed},
	}}
	var out, errs bytes.Buffer
	w := newWorld(t)
	err := w.app(&out, &errs).reported(report, "")
	if codeOf(err) != 13 || !strings.Contains(err.Error(), "1 of its checks failed") || !strings.Contains(out.String(), "run it") {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	// The run has taken its time: what it found is shown, whatever becomes of the file.
	if err := w.app(&out, &errs).reported(report, filepath.Join(w.dir, "no", "such", "folder.xml")); !errors.Is(err, os.ErrNotExist) || !strings.Contains(out.String(), "run it") {
		t.Errorf("a report that cannot be written: %v\n%s", err, out.String())
	}
}

func testChecksOnTerminal(t *testing.T, path string) {
	w, s := newWorld(t), newScreen(t)
	code := s.start(t.Context(), w, "drivers", "conform", path, "--only", "^plugin/describes-itself$")
	s.see("1 of 1 checks, 0 failed")
	if c := s.end(code); c != exitOK {
		t.Errorf("exit code %d\n%s", c, s.text())
	}
}

func TestNewDriver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(w.dir, "oceanid-flood")
	out := w.must("drivers", "new", "flood", "--dir", dir, "--sdk", root, "--module", "example.org/oceanid-flood")
	if !strings.Contains(out, "\n  cd "+dir+"\n  go test ./...\n") {
		t.Errorf("got\n%s", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.sum")); err != nil {
		t.Errorf("it does not build as it stands: %v", err)
	}
	for says, c := range map[string]struct {
		code int
		args []string
	}{
		"not empty":         {exitConflict, []string{"flood", "--dir", dir, "--sdk", root}},
		"is no checkout":    {exitInvalid, []string{"flood", "--dir", dir, "--sdk", w.dir}},
		"no name for":       {exitInvalid, []string{"Flood", "--sdk", root}},
		"no path for a mod": {exitInvalid, []string{"flood", "--dir", dir + "2", "--module", "a b", "--sdk", root}},
		"NAME is missing":   {exitInvalid, nil},
	} {
		if r := w.run(append([]string{"drivers", "new"}, c.args...)...); r.code != c.code || !strings.Contains(r.err, says) {
			t.Errorf("%q: exit code %d, want %d and %q in %s", c.args, r.code, c.code, says, r.err)
		}
	}
	// Within the checkout nobody has to name it.
	var made struct{ SDK string }
	r := w.run("drivers", "new", "flood", "--dir", dir+"3", "-o", "json")
	if err := json.Unmarshal([]byte(r.out), &made); err != nil || made.SDK != root || !strings.Contains(r.err, "uses the SDK of the checkout in "+root) {
		t.Errorf("%v, %+v\n%s", err, made, r.err)
	}
}
