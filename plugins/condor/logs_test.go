package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// However fast an output begins anew and grows, all of it is shown; and what goes on is shown once.
func TestOutputThatBeginsAnew(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a line of it\n", 1000)
	for name, test := range map[string]struct {
		offset int64
		looks  []string // the file before each look; the last one is the whole one
		want   string
	}{
		"grows":                    {0, []string{"one\n", "one\n", "one\ntwo\n", "one\ntwo\nthree"}, "one\ntwo\nthree"},
		"anew and longer":          {0, []string{"one\n", "another\n", "another\nend\n"}, "one\nanother\nend\n"},
		"anew and as long":         {0, []string{"one\n", "two\n", "two\n"}, "one\ntwo\n"},
		"anew and shorter":         {0, []string{"one two\n", "1\n", "1\n2\n"}, "one two\n1\n2\n"},
		"shorter only in the end":  {0, []string{"one two\n", "1\n"}, "one two\n1\n"},
		"empty in between":         {0, []string{"one\n", "", "one\ntwo\n"}, "one\none\ntwo\n"},
		"from an offset":           {4, []string{"one\n", "one\ntwo\n"}, "two\n"},
		"from beyond its end":      {100, []string{"one\n", "one\ntwo\n"}, ""},
		"long, and goes on":        {0, []string{long, long + "end\n"}, long + "end\n"},
		"long, and anew in places": {0, []string{long, "x" + long + "end\n"}, long + "x" + long + "end\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "0.out")
			log := output{point: access.NewLocal(), path: file, offset: test.offset}
			defer log.close()
			var got strings.Builder
			for i, content := range test.looks {
				to := file + description.LiveSuffix
				if i == len(test.looks)-1 {
					to = file
					log.close()
				}
				if err := os.WriteFile(to, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := log.copy(t.Context(), &got); err != nil {
					t.Fatal(err)
				}
			}
			if got.String() != test.want {
				t.Errorf("%q\nnot\n%q", got.String(), test.want)
			}
		})
	}
}

// A task that its machine is taken from writes anew, and whoever follows it sees that.
func TestLogsOfATaskThatRunsAnew(t *testing.T) {
	t.Parallel()
	d := ben(t)
	gate := "/srv/" + newToken()
	ref := submit(t, d, sh("if [ -e "+gate+" ]; then echo a second run, and longer; else echo run 1; sleep 600; fi"))
	r, w := io.Pipe()
	go func() {
		w.CloseWithError(d.Logs(t.Context(), ref, scheduler.LogOptions{Follow: true}, w))
	}()
	first := make([]byte, 6)
	if _, err := io.ReadFull(r, first); err != nil || string(first) != "run 1\n" {
		t.Fatalf("%q: %v", first, err)
	}
	onPoint(t, "root", "touch "+gate)
	onPoint(t, "ben", "condor_vacate_job -fast "+string(ref.ID))
	if rest, err := io.ReadAll(r); err != nil || string(rest) != "a second run, and longer\n" {
		t.Errorf("%q: %v", rest, err)
	}
}
