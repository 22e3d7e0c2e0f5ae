package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/config"
)

// TestExampleFile: the file that the project ships is right as it stands, and so is what an operator gets by taking the # away.
func TestExampleFile(t *testing.T) {
	// Not parallel: the examples read the environment.
	const shipped = "../../config.hcl"
	f, err := config.Load(shipped)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Schedulers) != 1 || f.Schedulers[0].String() != `scheduler "local" "local"` || f.Store.Block != nil {
		t.Errorf("it is not the local scheduler on the embedded store: %v", f.Schedulers)
	}
	source, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile(`^# (store|scheduler|driver|driver_dir|jobs|quota)\b.*[{=]`)
	paragraphs := strings.Split(string(source), "\n\n")
	for i, p := range paragraphs {
		if example.MatchString(p) {
			paragraphs[i] = regexp.MustCompile(`(?m)^# ?`).ReplaceAllString(p, "")
		}
	}
	all := strings.ReplaceAll(strings.Join(paragraphs, "\n\n"), "sha256:…", "sha256:"+strings.Repeat("0", 64))
	t.Setenv("REDIS_PASSWORD", "x")
	f, err = config.Load(write(t, t.TempDir(), filepath.Base(shipped), all))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Schedulers) != 2 || len(f.Drivers) != 1 || f.Store.Address == "" || f.DriverDir == "" || f.Jobs.Keep == 0 || len(f.Quotas) != 2 {
		t.Errorf("an example was not found: %+v", f)
	}
}

// TestExampleJobs: the jobs that the project ships are right, and so is what an author gets by taking the # away.
func TestExampleJobs(t *testing.T) {
	t.Parallel()
	const shipped = "../../examples/jobs.hcl"
	all, err := config.LoadJobs(shipped)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 || all[0].Name != "flood" || all[1].Job.Tasks() != 12 || all[2].Workflow == nil || len(all[2].Workflow.Nodes) != 5 {
		t.Errorf("%+v", all)
	}
	source, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, "storm.csv", "")
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "bin/model", "")
	whole := regexp.MustCompile(`(?m)^( *)# (\w+ += )`).ReplaceAll(source, []byte("$1$2"))
	whole = regexp.MustCompile(`(?s)  input \{.*?\n  \}\n`).ReplaceAll(whole, nil)
	whole = regexp.MustCompile(`(?m)^ *count = 12\n`).ReplaceAll(whole, nil)
	all, err = config.LoadJobs(write(t, dir, "jobs.hcl", string(whole)))
	if err != nil {
		t.Fatal(err)
	}
	first := all[0].Job
	if len(first.Inputs) != 2 || first.Stdin != "storm.csv" || first.Key == "" || first.Policy.Results != filepath.Join(dir, "results", "{id}") || first.Policy.ResultsLimit == 0 ||
		first.Resources.GPUs != 1 || len(first.Options) != 2 || all[1].Job.Tasks() != 2 {
		t.Errorf("an example was not found: %+v", all)
	}
}
