package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestLinesAfterACrash(t *testing.T) {
	t.Parallel()
	whole := `{"task":1,"count":1,"state":"running"}` + "\n"
	for name, c := range map[string]struct {
		content string
		want    []int
	}{
		"nothing":               {"", []int{7}},
		"whole":                 {whole + whole, []int{1, 1, 7}},
		"torn":                  {whole + whole[:20], []int{1, 7}},
		"torn before its end":   {whole + whole[:len(whole)-1], []int{1, 7}},
		"nothing but torn":      {whole[:3], []int{7}},
		"rubbish between":       {whole + "rubbish\n\x00\x00\n" + whole, []int{1, 1, 7}},
		"zeros of a lost block": {whole + string(make([]byte, 5000)), []int{1, 7}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "lines")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			l, err := openLines(path)
			if err != nil {
				t.Fatal(err)
			}
			defer l.close()
			if err := l.append([]record{{Task: 7, Count: 1, State: scheduler.Running}}, true); err != nil {
				t.Fatal(err)
			}
			var got []int
			end, err := readLines(l.file, 0, func(r record, _ int64) error { got = append(got, r.Task); return nil })
			if err != nil || !slices.Equal(got, c.want) || end != l.size {
				t.Errorf("%v up to %d of %d, %v, want %v", got, end, l.size, err, c.want)
			}
		})
	}
}

func TestHistoryIsReadOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal")
	h := history{path: path, known: runs{{Count: 10, State: scheduler.Queued}}}
	defer h.close()
	counts := func(want ...int) {
		t.Helper()
		if err := h.refresh(); err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, r := range h.known {
			got = append(got, r.Count)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v: %+v", got, want, h.known)
		}
	}
	write := func(path string, records ...record) {
		t.Helper()
		l, err := openLines(path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.close()
		if err := l.append(records, false); err != nil {
			t.Fatal(err)
		}
	}
	counts(10)
	write(path, record{Task: 0, Count: 1, State: scheduler.Running})
	counts(1, 9)
	write(path, record{Task: 1, Count: 2, State: scheduler.Running})
	counts(3, 7)
	// What a keeper does with a journal that has grown long.
	write(path+".new", record{Task: 0, Count: 5, State: scheduler.Succeeded}, record{Task: 5, Count: 5, State: scheduler.Queued})
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	counts(5, 5)
	write(path, record{Task: 5, Count: 5, State: scheduler.Cancelled})
	counts(5, 5)
}
