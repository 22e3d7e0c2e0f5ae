package description_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s\nnot\n%s", name, got, want)
	}
}

var place = description.Place{Dir: "/home/ada/.oceanid/jobs/t-1", Log: "/home/ada/.oceanid/events/1.log"}

func TestSubmitDescriptions(t *testing.T) {
	t.Parallel()
	for name, job := range map[string]scheduler.Job{
		"single.sub": {Token: "t-1", Command: "/usr/bin/model", Args: []string{"$(x)", "queue"}},
		"full.sub": {
			Token: "t-1", Name: `flood "$(x)" $$(y) \`, Command: "./run", Inputs: []scheduler.Input{{Name: "run"}}, Outputs: []string{"out"},
			Array:     &scheduler.Array{Count: 3, Args: [][]string{{"a b", "é"}, {}, {"\nqueue 5\n"}}},
			Resources: scheduler.Resources{CPUs: 1.5, Memory: 1<<30 + 1, Disk: 1025, GPUs: 2, RunTime: 90*time.Second + time.Millisecond},
		},
		"factory.sub": {Token: "t-1", Command: "model", Array: &scheduler.Array{Count: 501}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name, description.Submit(job, place))
		})
	}
}

func TestTaskScript(t *testing.T) {
	t.Parallel()
	got := description.Task(scheduler.Job{
		Token: "t-1", Command: "./a=b", Args: []string{"it's", "$(x)", ""}, Env: map[string]string{"B": "2\n", "A": "'"},
		Stdin: "in", Inputs: []scheduler.Input{{Name: "a=b"}, {Name: "in"}}, Outputs: []string{"out", "x y", "out"}, Array: &scheduler.Array{Count: 7},
	})
	_, own, _ := strings.Cut(got, "\ntask() {")
	golden(t, "task.tail", "task() {"+own)
}

func TestNote(t *testing.T) {
	t.Parallel()
	token, tasks, ok := description.ParseNote(description.Note(scheduler.Job{Token: "t-1", Array: &scheduler.Array{Count: 12}}))
	if token != "t-1" || tasks != 12 || !ok {
		t.Errorf("%q, %d, %v", token, tasks, ok)
	}
	for _, note := range []string{"", "DAG Node: x", "oceanid:", "oceanid:a", "oceanid:a:0", "oceanid:a:x"} {
		if _, _, ok := description.ParseNote(note); ok {
			t.Errorf("%q is taken for a note", note)
		}
	}
}

// Every byte but NUL, alone and beside others, through every shell that may be /bin/sh.
func TestScriptCarriesEveryByte(t *testing.T) {
	t.Parallel()
	var values []string
	for c := 1; c < 256; c++ {
		values = append(values, string([]byte{byte(c)}), "a"+string([]byte{byte(c), byte(c)})+"b", string([]byte{byte(c), '\n'}))
	}
	values = append(values, "", "-n", "%040", `\0101`, "'\\''")
	found := 0
	for _, shell := range []string{"dash", "bash", "busybox"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		found++
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			job := scheduler.Job{Token: "t", Command: "printf", Args: append([]string{`%s\0`}, values...), Env: map[string]string{"IFS": "x"}}
			if err := os.WriteFile(filepath.Join(dir, "task.sh"), []byte(description.Task(job)), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), path, slices.DeleteFunc([]string{"sh", "task.sh", "0", description.Pack(values)}, func(s string) bool {
				return s == "sh" && shell != "busybox"
			})...)
			cmd.Dir = dir
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
			want := append(slices.Clone(values), values...)
			if len(got) != len(want) {
				t.Fatalf("%d values arrive as %d", len(want), len(got))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("%q arrives as %q", want[i], got[i])
				}
			}
		})
	}
	if found == 0 {
		t.Error("there is no shell to try: neither dash, nor bash, nor busybox")
	}
}

// The packing of results needs nothing but what a small system has.
func TestPackedResultsHoldEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	job := scheduler.Job{Token: "t", Command: "sh", Args: []string{"-c", `mkdir out; echo 1 >out/a; ln -s a out/l; echo 2 >"out/new
line"`}, Outputs: []string{"out", "none"}}
	if err := os.WriteFile(filepath.Join(dir, "task.sh"), []byte(description.Task(job)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"task.sh", "0"}, {"task.sh", "gather"}} {
		cmd := exec.CommandContext(t.Context(), "sh", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	out, err := exec.CommandContext(t.Context(), "tar", "-tf", filepath.Join(dir, "results.tar")).Output()
	if want := "manifest\nwork/out/\nwork/out/a\nwork/out/l\nwork/out/new\\nline\n"; err != nil || string(out) != want {
		t.Errorf("%q, %v", out, err)
	}
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest"))
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.Sorted(strings.Lines(string(manifest)))
	if want := []string{
		"4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865  work/out/a\n",
		"\\53c234e5e8472b6ac51c1ae1cab3fe06fad053beb8ebfd8977b010655bfdd3c3  work/out/new\\nline\n",
	}; !slices.Equal(lines, want) {
		t.Errorf("the manifest is %q, not %q", lines, want)
	}
}
