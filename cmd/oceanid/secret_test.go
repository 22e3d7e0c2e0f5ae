package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// spotless fails the test if the canary is in what a command printed, or in a file of the world.
func (w *world) spotless(r result) {
	w.t.Helper()
	if strings.Contains(r.out, canary) || strings.Contains(r.err, canary) {
		w.t.Errorf("the secret was printed:\n%s\n%s", r.out, r.err)
	}
	err := filepath.WalkDir(w.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(canary)) {
			w.t.Errorf("the secret is in %s", path)
		}
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	create := func(more ...string) []string {
		return append([]string{"schedulers", "create", "memory", "s", "--host", "h", "--log-level", "trace"}, more...)
	}
	for name, c := range map[string]struct {
		args  []string
		stdin string
		code  int
		says  string
	}{
		"standard input":             {args: create("--secret", "password=-"), stdin: canary + "\n"},
		"standard input, one line":   {args: create("--secret", "password=-"), stdin: canary},
		"standard input, CRLF":       {args: create("--secret", "password=-"), stdin: canary + "\r\n"},
		"standard input, too much":   {args: create("--secret", "password=-"), stdin: strings.Repeat("x", largestSecret+1), code: 2, says: "longer than"},
		"environment":                {args: create("--secret", "password=env:PW")},
		"environment, not set":       {args: create("--secret", "password=env:PWD_OF_NOBODY"), code: 2, says: "that variable is not set"},
		"argument":                   {args: create("--secret", "password="+canary), code: 2, says: "a secret is never an argument"},
		"argument, by --set":         {args: create("--set", "password="+canary), code: 2, says: "--secret password=-"},
		"argument, misspelled":       {args: create("--set", "pasword="+canary), code: 2, says: `did you mean "password"?`},
		"argument of its own":        {args: create("--secret", "password=-", canary), code: 2, says: "only TYPE NAME"},
		"no terminal":                {args: create("--secret", "password"), code: 2, says: "there is no terminal to ask at"},
		"twice":                      {args: create("--secret", "password=-", "--secret", "password=env:PW"), stdin: canary, code: 2, says: "given twice"},
		"two from standard input":    {args: create("--secret", "password=-", "--secret", "other=-"), stdin: canary, code: 2, says: "holds password already"},
		"nameless":                   {args: create("--secret", "=-"), stdin: canary, code: 2, says: "needs the name of an option"},
		"what is no secret":          {args: create("--secret", "password=-", "--secret", "port=env:PW"), stdin: canary, code: 2, says: "this is no secret"},
		"wrong":                      {args: create("--secret", "password=-"), stdin: canary + "x", code: 4, says: "wrong password"},
		"wrong, and nobody looks":    {args: create("--secret", "password=-", "--no-test"), stdin: canary + "x"},
		"right, as a JSON document":  {args: create("--secret", "password=-", "-o", "json"), stdin: canary},
		"unknown, from environment ": {args: create("--secret", "passwort=env:PW"), code: 2, says: `did you mean "password"?`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.env["PW"] = canary
			w.in = strings.NewReader(c.stdin)
			r := w.run(c.args...)
			if r.code != c.code || !strings.Contains(r.err, c.says) {
				t.Errorf("exit code %d, want %d; stderr, which should say %q:\n%s", r.code, c.code, c.says, r.err)
			}
			w.spotless(r)
			w.spotless(w.run("schedulers", "show", "s", "-o", "json"))
			if c.code != exitOK {
				return
			}
			if r := w.run("schedulers", "test", "s"); (r.code == exitOK) != (name != "wrong, and nobody looks") {
				t.Errorf("the scheduler's test ended with %d: %s", r.code, r.err)
			}
		})
	}
}
