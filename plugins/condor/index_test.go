package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
)

func wantOwner(t *testing.T, x *index, cluster, proc int, token string) {
	t.Helper()
	o, ok, err := x.of(t.Context(), cluster, proc)
	if err != nil || ok != (token != "") || o.token != token {
		t.Errorf("%d.%d is %+v, %v, %v; not of %q", cluster, proc, o, ok, err, token)
	}
}

// The list of clusters grows for ever. What is asked about is new as a rule: of an old list only the end is read, and all of it when that is needed.
func TestIndexReadsFromTheEnd(t *testing.T) {
	t.Parallel()
	const lines = 150_000
	file := filepath.Join(t.TempDir(), "clusters")
	var b strings.Builder
	b.WriteString("7.dag t-dag 3\nnonsense\n3 t-old 2\n")
	for i := range lines {
		fmt.Fprintf(&b, "%d.0 t-%d 1\n", 10+i, i)
	}
	b.WriteString("3.1 t-new 1\n500000 t-hal") // the last line is being written
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	x := newIndex(access.NewLocal(), file)
	last := lines - 1
	wantOwner(t, x, 10+last, 0, fmt.Sprint("t-", last))
	if read := x.end - x.begin; read > indexBlock {
		t.Errorf("it has read %d bytes for the last line", read)
	}
	wantOwner(t, x, 3, 1, "t-new")
	wantOwner(t, x, 10, 0, "t-0")
	// A pool that was set up anew counts from 1 again: the later one has the number.
	wantOwner(t, x, 3, 0, "t-old")
	wantOwner(t, x, 3, 1, "t-new")
	wantOwner(t, x, 900_000, 0, "")
	wantOwner(t, x, 500_000, 0, "")
	if kept := len(x.recent) + len(x.older); kept > 2*mostOwners {
		t.Errorf("%d are remembered", kept)
	}
	grown, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer grown.Close()
	fmt.Fprint(grown, "f 4\n900000.0 t-late 1\n3 t-third 9\n")
	wantOwner(t, x, 500_000, 3, "t-half")
	wantOwner(t, x, 900_000, 0, "t-late")
	wantOwner(t, x, 3, 1, "t-third")
	// What was forgotten is read again.
	for i := range 2*mostOwners + 1 {
		x.note(number{1_000_000 + i, 0}, "t-noted", 1)
	}
	wantOwner(t, x, 10, 0, "t-0")
	wantOwner(t, x, 10+last, 0, fmt.Sprint("t-", last))
}

func TestIndexOfNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "clusters")
	x := newIndex(access.NewLocal(), file)
	wantOwner(t, x, 1, 0, "")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantOwner(t, x, 1, 0, "")
	if err := os.WriteFile(file, []byte("1.0 t 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantOwner(t, x, 1, 0, "t")
}
