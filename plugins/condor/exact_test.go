package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// evil are values that mean something to somebody on the way.
var evil = []string{
	"", " ", "  two  ", " lead", "trail ", "\t", "a\tb", "\n", "a\nb\n", "\nqueue 5\n", "\r\n", "\x01\x02\x1f\x7f",
	"'", "''", `"`, `""`, `"a"`, `'a'`, `it's "so"`, `\`, `\\`, `a\`, `\n`, `\"`, `\'`, `\0101`, `%040`, `%%`, `%`, `%s`,
	"$(x)", "$ENV(HOME)", "$$(x)", "$$([1+1])", "$(DOLLAR)", "$$(DOLLARDOLLAR)", "$INT(x)", "$RANDOM_CHOICE(a,b)", "$(ProcId)", "$", "$$", "$$$(a)", "${HOME}", "$HOME", "`id`", "$(id)",
	";", "#", "# x", "a;b", "&", "&&", "||", "|", "<", ">", ">>/tmp/x", "*", "?", "[a]", "~", "!", "!!", "(", ")", ")(", "{a,b}", "=", "a=b", "-n", "--", "-x", ",", "a,b",
	"queue", "executable = /bin/false", "include : id |", "if true", "@@ jobs", "...", "005 (001.000.000) 2026-01-01 00:00:00 Job terminated.",
	"é", "日本語", "\u00a0", "\u2028", "🌊", "\u200f", "e\u0301", "Ā\u0081\u0088", strings.Repeat("ä ", 300),
}

func anything(r *rand.Rand) string {
	switch r.IntN(4) {
	case 0:
		return evil[r.IntN(len(evil))] + evil[r.IntN(len(evil))]
	case 1:
		b := make([]rune, r.IntN(20))
		for i := range b {
			b[i] = rune(1 + r.IntN(0x2ff))
		}
		return string(b)
	default:
		return evil[r.IntN(len(evil))]
	}
}

// show prints what it was given, as JSON of hexadecimal bytes.
const show = `#!/usr/bin/python3
import json, os, sys
h = lambda b: b.hex()
files = {}
for top, _, names in os.walk(b"."):
    for n in names:
        p = os.path.join(top, n)
        files[h(p[2:])] = h(open(p, "rb").read()) if b"show" not in n else ""
json.dump({"args": [h(os.fsencode(a)) for a in sys.argv[1:]], "env": {h(k): h(v) for k, v in os.environb.items()},
  "files": files, "stdin": h(sys.stdin.buffer.read())}, open("shown.json", "w"))
`

// What a task is given arrives as it stands, whatever it is: hundreds of values that are made to be misread.
func TestValuesArriveExactly(t *testing.T) {
	t.Parallel()
	d := ben(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	const tasks = 24
	job := scheduler.Job{
		Token:   newToken(),
		Name:    "exact $(x) $$(y) \"z\" \\",
		Command: "./bin/show = 'it' $(x).py",
		Args:    slices.Clone(evil),
		Env:     map[string]string{"PATH": "/nowhere", "IFS": "x", "PWD": "/", "_": "u", "UID": "5", "LC_ALL": "C.UTF-8", "OPTIND": "7"},
		Array:   &scheduler.Array{Count: tasks},
		Outputs: []string{"shown.json"},
		Stdin:   "in put/" + evil[28] + "\n é$(x)",
	}
	for i, v := range evil {
		job.Env[fmt.Sprintf("EVIL_%d", i)] = v
	}
	for range tasks {
		row := make([]string, r.IntN(30))
		for i := range row {
			row[i] = anything(r)
		}
		job.Array.Args = append(job.Array.Args, row)
	}
	job.Inputs = []scheduler.Input{{Name: job.Command[2:], Data: []byte(show)}, {Name: job.Stdin, Data: []byte("the\x00input")}}
	for i, v := range []string{" ", "$(x) $ENV(HOME)", "'\"", "a,b;c", "-n", "#", "日本", "\\", "a\nb", "\x01", "%"} {
		job.Inputs = append(job.Inputs, scheduler.Input{Name: "in put/" + v, Data: []byte(fmt.Sprint(i)), Mode: 0o600})
	}
	ref := submit(t, d, job)
	for _, s := range await(t, d, ref, "ended", ended) {
		if s.State != scheduler.Succeeded {
			t.Fatalf("task %d: %s: %s", s.Task, s.State, s.Reason)
		}
	}
	seen := 0
	err := d.Download(t.Context(), ref, scheduler.FileQuery{}, func(f scheduler.File, content io.Reader) error {
		var got struct {
			Args       []string
			Env, Files map[string]string
			Stdin      string
		}
		if err := json.NewDecoder(content).Decode(&got); err != nil {
			return err
		}
		seen++
		same(t, fmt.Sprintf("arguments of task %d", f.Task), unhex(t, got.Args...), job.TaskArgs(f.Task))
		for name, value := range job.Env {
			same(t, fmt.Sprintf("task %d: %s", f.Task, name), unhex(t, got.Env[fmt.Sprintf("%x", name)]), []string{value})
		}
		same(t, "index", unhex(t, got.Env[fmt.Sprintf("%x", scheduler.EnvTaskIndex)]), []string{fmt.Sprint(f.Task)})
		same(t, "count", unhex(t, got.Env[fmt.Sprintf("%x", scheduler.EnvTaskCount)]), []string{fmt.Sprint(tasks)})
		same(t, "token", unhex(t, got.Env[fmt.Sprintf("%x", scheduler.EnvToken)]), []string{job.Token})
		same(t, "standard input", unhex(t, got.Stdin), []string{"the\x00input"})
		var names, want []string
		for name := range maps.Keys(got.Files) {
			names = append(names, unhex(t, name)...)
		}
		for _, in := range job.Inputs {
			want = append(want, in.Name)
			if !strings.Contains(in.Name, "show") {
				same(t, in.Name, unhex(t, got.Files[fmt.Sprintf("%x", in.Name)]), []string{string(in.Data)})
			}
		}
		slices.Sort(names)
		slices.Sort(want)
		same(t, "files", names, want)
		return nil
	})
	if err != nil || seen != tasks {
		t.Fatalf("%d of %d tasks told what they were given: %v", seen, tasks, err)
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func unhex(t *testing.T, list ...string) []string {
	t.Helper()
	out := make([]string, len(list))
	for i, s := range list {
		var b []byte
		if _, err := fmt.Sscanf(s, "%x", &b); err != nil && s != "" {
			t.Fatal(err)
		}
		out[i] = string(b)
	}
	return out
}

// A job's name reaches condor_q, and hinders nothing.
func TestNamesArriveExactly(t *testing.T) {
	t.Parallel()
	d := ben(t)
	names := []string{" lead", "trail ", " ", `\`, `a\`, `"`, `""`, `"a"`, "$", "$$", "$(DOLLAR)", "$$(x) $$$([1+1])"}
	mixed := slices.DeleteFunc(slices.Clone(evil), func(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) || len(s) > 100 })
	for some := range slices.Chunk(mixed, 6) {
		names = append(names, strings.Join(some, " | "))
	}
	var refs []scheduler.Ref
	for _, name := range names {
		refs = append(refs, submit(t, d, scheduler.Job{Name: name, Command: "true"}))
	}
	for _, ref := range refs {
		await(t, d, ref, "succeeded", in(scheduler.Succeeded))
	}
	out, err := condor(t).Run(t.Context(), "ben", "condor_history", "-json", "-attributes", "ClusterId,ProcId,JobBatchName")
	if err != nil {
		t.Fatal(err)
	}
	var ads []struct {
		ClusterID    int `json:"ClusterId"`
		ProcID       int `json:"ProcId"`
		JobBatchName string
	}
	if err := json.Unmarshal(out, &ads); err != nil {
		t.Fatal(err)
	}
	told := make(map[string]string)
	for _, ad := range ads {
		told[fmt.Sprintf("%d.%d", ad.ClusterID, ad.ProcID)] = ad.JobBatchName
	}
	for i, ref := range refs {
		want := names[i]
		// What the schedd would expand when it matches the job, or cannot be written.
		if got := told[string(ref.ID)]; strings.Contains(want, "$$") || strings.Contains(want, "$(DOLLAR)") {
			want = strings.ReplaceAll(want, " ", "")
			told[string(ref.ID)] = strings.ReplaceAll(got, " ", "")
		}
		if got := told[string(ref.ID)]; got != want {
			t.Errorf("name %q shows as %q", names[i], got)
		}
	}
}

// What HTCondor cannot carry is refused, and said.
func TestRefusals(t *testing.T) {
	t.Parallel()
	d := open(t, Config{})
	for name, job := range map[string]scheduler.Job{
		"option as a command":   {Command: "-x"},
		"argument too long":     {Command: "true", Args: []string{strings.Repeat("x", 128<<10)}},
		"variable too long":     {Command: "true", Env: map[string]string{"A": strings.Repeat("x", 128<<10)}},
		"all too long":          {Command: "true", Args: slices.Repeat([]string{strings.Repeat("x", 100<<10)}, 18)},
		"own arguments too big": {Command: "true", Array: &scheduler.Array{Count: 1, Args: [][]string{{strings.Repeat("é", 20<<10)}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job.Token = newToken()
			_, err := d.Submit(t.Context(), job)
			wantFault(t, err, fault.Invalid)
		})
	}
}
