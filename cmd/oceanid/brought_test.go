package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
)

// Who waits for a job waits for its results, and hears what became of both.
func TestWaitForResults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.write("jobs.hcl", `job "fits" {
  scheduler = "filed"
  command   = "succeed"
  policy { results = "fits" }
}

job "big" {
  scheduler = "filed"
  command   = "succeed"
  policy {
    results       = "big"
    results_limit = "1B"
  }
}

job "bad" {
  scheduler = "filed"
  command   = "fail"
  policy {
    results       = "bad"
    results_limit = "1B"
  }
}
`)
	for name, c := range map[string]struct {
		code    int
		results string
		says    string
	}{
		"fits": {exitOK, "fetched", "results fetched: 1 file"},
		"big":  {exitResults, "failed", " were not brought: "},
		"bad":  {exitJobFailed, "failed", "has failed: exit code 3"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.of(t)
			r := w.run("jobs", "submit", "-f", file, name, "--wait")
			id := strings.TrimSpace(r.out)
			if r.code != c.code || !strings.Contains(r.err, c.says) {
				t.Errorf("exit code %d, want %d; stderr, which should say %q:\n%s", r.code, c.code, c.says, r.err)
			}
			// Who comes later hears the same.
			if again := w.run("jobs", "watch", id); again.code != c.code {
				t.Errorf("watch: exit code %d\n%s", again.code, again.err)
			}
			r = w.run("jobs", "submit", "-f", file, name, "--wait", "-o", "json")
			var end host.Job
			for d := json.NewDecoder(strings.NewReader(r.out)); d.More(); {
				if err := d.Decode(&end); err != nil {
					t.Fatal(err)
				}
			}
			if r.code != c.code || end.Results.State != c.results || !end.State.Terminal() {
				t.Errorf("exit code %d, as JSON:\n%s", r.code, r.out)
			}
		})
	}
	if diff := cmp.Diff([]string{"SHA256SUMS", "out/r.txt"}, tree(t, filepath.Join(w.dir, "fits"))); diff != "" {
		t.Error(diff)
	}
}

func TestSubmitWithResults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := filepath.Join(w.dir, "here")
	w.must("jobs", "submit", "filed", "--results", dir, "--wait", "--", "succeed")
	if diff := cmp.Diff([]string{"SHA256SUMS", "out/r.txt"}, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestHealthWords(t *testing.T) {
	t.Parallel()
	a := newWorld(t).app(nil, nil)
	for want, health := range map[string]host.Health{
		"not known yet: oceanid schedulers test filed asks it": {},
		"answers": {Heard: epoch()},
		"has not answered since 2026-03-14 15:09:26 (AGO): connect: refused":       {Heard: epoch(), Since: epoch(), Reason: "connect: refused"},
		"has not answered since 2026-03-14 15:09:26 (AGO): no such host, or worse": {Since: epoch(), Reason: "no such host, or worse"},
	} {
		if got := strings.Replace(a.healthWords("filed", health).text, a.ago(epoch()), "AGO", 1); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestJobsCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.write("jobs.hcl", `job "good" {
  scheduler = "filed"
  command   = "succeed"
}

job "typo" {
  comand = "succeed"
}
`)
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"all":        {[]string{"check", "-f", file}, exitInvalid, "jobs.hcl:7,3-9: "},
		"a good one": {[]string{"check", "-f", file, "good"}, exitOK, "jobs.hcl is in order\n"},
		"none such":  {[]string{"check", "-f", file, "godo"}, exitNotFound, `did you mean "good"?`},
		"no file":    {[]string{"check"}, exitInvalid, "-f FILE is missing"},
		"no jobs":    {[]string{"check", "-f", filepath.Join(w.dir, "config.hcl")}, exitNotFound, "holds no job and no workflow"},
		"as JSON":    {[]string{"check", "-f", file, "-o", "json"}, exitInvalid, `"valid": false`},
		"submit one": {[]string{"submit", "-f", file, "good"}, exitOK, "-"},
		"submit all": {[]string{"submit", "-f", file}, exitInvalid, "|   comand = …\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w.of(t)
			if r := w.run(append([]string{"jobs"}, c.args...)...); r.code != c.code || !strings.Contains(r.out+r.err, c.says) {
				t.Errorf("exit code %d, want %d; it should say %q:\n%s%s", r.code, c.code, c.says, r.out, r.err)
			}
		})
	}
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	if n := len(w.pool.jobs); n != 1 {
		t.Errorf("%d jobs were submitted", n)
	}
}
