package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// told are the first n events from the cursor on.
func (p *pool) told(from scheduler.Cursor, n int) []scheduler.Event {
	p.t.Helper()
	if n == 0 {
		return nil
	}
	ctx, stop := context.WithTimeout(p.t.Context(), patience)
	defer stop()
	var all []scheduler.Event
	err := p.Watch(ctx, from, func(e scheduler.Event) error {
		if all = append(all, e); len(all) == n {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		p.t.Fatalf("%d of %d events from %q on: %v", len(all), n, from, err)
	}
	return all
}

func TestWatchGoesOnFromEveryCursor(t *testing.T) {
	t.Parallel()
	p := newPool(t, 3)
	// Several keepers, so several files.
	for range 3 {
		for _, job := range []scheduler.Job{array(shell("exit $OCEANID_TASK_INDEX"), 7), shell("exit 0")} {
			p.wait(p.submit(job))
		}
		eventually(t, "the keeper to end", func() bool {
			kept, err := locked(p.folder.lock())
			return err == nil && !kept
		})
	}
	// Of each job that it was queued, and of each task that it ran and that it ended.
	total := 3 * (1 + 7*2 + 1 + 2)
	all := p.told("", total)
	if files, _ := segments(p.folder.events()); len(files) < 3 {
		t.Errorf("files: %v", files)
	}
	cursors := make(map[scheduler.Cursor]bool)
	for i, e := range all {
		if cursors[e.Cursor] || e.Reset != "" {
			t.Errorf("event %d: %+v", i, e)
		}
		cursors[e.Cursor] = true
		if got := p.told(e.Cursor, total-i-1); !slices.EqualFunc(got, all[i+1:], func(a, b scheduler.Event) bool { return reflect.DeepEqual(a, b) }) {
			t.Fatalf("from cursor %d on: %+v, want %+v", i, got, all[i+1:])
		}
	}
	last := all[total-1].Cursor
	ref := p.submit(shell("exit 0"))
	for i, want := range []scheduler.State{scheduler.Queued, scheduler.Running, scheduler.Succeeded} {
		e := p.told(last, 1)[0]
		if e.Status.Token != ref.Token || e.Status.State != want {
			t.Errorf("event %d after all: %+v", i, e)
		}
		last = e.Cursor
	}
}

func TestWatchThatCannotGoOn(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	p.run(shell("exit 0"))
	for name, from := range map[string]scheduler.Cursor{
		"another folder":  "0123456789abcdef:1:0",
		"rubbish":         "rubbish",
		"rubbish numbers": scheduler.Cursor(p.folder.id + ":x:y"),
		"in a line":       place{1, 5}.cursor(p.folder.id),
		"after the end":   place{1, 1 << 40}.cursor(p.folder.id),
		"negative":        place{1, -5}.cursor(p.folder.id),
		"a later file":    place{9, 0}.cursor(p.folder.id),
	} {
		t.Run(name, func(t *testing.T) {
			p := &pool{p.driver, t}
			reset := p.told(from, 1)[0]
			if reset.Reset == "" || reset.Status != (scheduler.Status{}) {
				t.Fatalf("told %+v", reset)
			}
			ref := p.submit(shell("exit 0"))
			if e := p.told(reset.Cursor, 1)[0]; e.Reset != "" || e.Status.Token != ref.Token {
				t.Errorf("after the reset: %+v", e)
			}
			p.wait(ref)
		})
	}
}

func TestReaderOfFilesThatGo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(number int, text string) {
		t.Helper()
		if err := os.WriteFile(segmentPath(dir, number), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	line := func(task int) string {
		return fmt.Sprintf(`{"token":"t","task":%d,"count":1,"state":"queued"}`+"\n", task)
	}
	var got []int
	read := func(r *reader) error {
		got = nil
		return r.read(t.Context(), func(s scheduler.Status, _ place) error {
			got = append(got, s.Task)
			return nil
		})
	}
	write(1, line(1)+line(2)+`{"token":"t","ta`)
	r, err := newReaderAt(dir, place{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	if err := read(r); err != nil || !slices.Equal(got, []int{1, 2}) {
		t.Fatalf("before the torn line: %v, %v", got, err)
	}
	// A keeper was killed in the middle of a line; the next one began another file.
	write(2, "no record\n"+line(3))
	if err := read(r); err != nil || !slices.Equal(got, []int{3}) {
		t.Fatalf("after the torn line: %v, %v", got, err)
	}
	write(4, line(5))
	if err := read(r); !errors.As(err, &goneError{}) {
		t.Fatalf("over a missing file: %v, %v", got, err)
	}
	if _, err := newReaderAt(dir, place{3, 0}); !errors.As(err, &goneError{}) {
		t.Errorf("from a missing file: %v", err)
	}
	write(5, line(6)+`{"tok`)
	end, err := newReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer end.close()
	if want := (place{5, int64(len(line(6)))}); end.at != want {
		t.Errorf("the end is %+v, want %+v", end.at, want)
	}
}

func TestEventsDoNotGrowForEver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for n := 1; n <= 20; n++ {
		if err := os.WriteFile(segmentPath(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(segmentPath(dir, n), segmentSize); err != nil {
			t.Fatal(err)
		}
	}
	e := events{dir: dir}
	if err := e.append([]record{{Token: "t"}}); err != nil {
		t.Fatal(err)
	}
	if err := e.close(); err != nil {
		t.Fatal(err)
	}
	if got, err := segments(dir); err != nil || !slices.Equal(got, []int{13, 14, 15, 16, 17, 18, 19, 20, 21}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestQueryOfAFolderThatIsNotThere(t *testing.T) {
	t.Parallel()
	p := openPool(t, filepath.Join(t.TempDir(), "pool"), 1)
	if err := os.RemoveAll(p.folder.path); err != nil {
		t.Fatal(err)
	}
	err := p.Query(t.Context(), scheduler.Query{Jobs: []scheduler.Ref{{ID: "x", Token: "x"}}}, func(s scheduler.Status) error {
		t.Errorf("told %+v", s)
		return nil
	})
	if err == nil {
		t.Error("a folder that is gone is no answer")
	}
}
