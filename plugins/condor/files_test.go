package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// fetch downloads into memory, as "TASK/PATH" → content, and checks what is said of each file.
func fetch(t *testing.T, d *driver, ref scheduler.Ref, q scheduler.FileQuery) (files map[string]string, order []string, err error) {
	t.Helper()
	files = make(map[string]string)
	err = d.Download(t.Context(), ref, q, func(f scheduler.File, r io.Reader) error {
		content, err := io.ReadAll(r)
		sum := sha256.Sum256(content)
		if err != nil || int64(len(content)) != f.Size || hex.EncodeToString(sum[:]) != f.SHA256 || f.Modified.IsZero() {
			t.Errorf("%+v has %d bytes with digest %x: %v", f, len(content), sum, err)
		}
		name := fmt.Sprintf("%d/%s", f.Task, f.Path)
		files[name] = string(content)
		order = append(order, name)
		return err
	})
	return files, order, err
}

// Twelve tasks with inputs and outputs, small ones, big ones, none.
func TestArrayOfTwelveWithFiles(t *testing.T) {
	t.Parallel()
	d := ben(t)
	big := make([]byte, 3<<20)
	for i := range big {
		big[i] = byte(rand.Uint32())
	}
	job := scheduler.Job{
		Command: "./tools/model.sh",
		Inputs: []scheduler.Input{
			{Name: "tools/model.sh", Data: []byte(`#!/bin/sh
				test "$(stat -c %a data/secret)" = 640 || exit 9
				sha256sum <data/big | cut -d' ' -f1 >sum
				mkdir -p "out/deep er"
				echo "$OCEANID_TASK_INDEX $1" >"out/deep er/é.txt"
				[ $OCEANID_TASK_INDEX -ne 5 ] || cp data/big out/big
				: >out/empty
				ln out/empty out/same
				truncate -s 50000000 out/sparse 2>/dev/null
				[ $OCEANID_TASK_INDEX -eq 5 ] || rm out/sparse
				exit $((OCEANID_TASK_INDEX == 7))
			`)},
			{Name: "data/big", Data: big},
			{Name: "data/secret", Data: []byte("x"), Mode: 0o640},
		},
		Outputs: []string{"out", "sum", "never"},
		Array:   &scheduler.Array{Count: 12},
	}
	for i := range 12 {
		job.Array.Args = append(job.Array.Args, []string{fmt.Sprintf("row %d", i)})
	}
	ref := submit(t, d, job)
	for i, s := range await(t, d, ref, "ended", ended) {
		if want := map[bool]scheduler.State{true: scheduler.Failed, false: scheduler.Succeeded}[i == 7]; s.State != want {
			t.Errorf("task %d: %+v", i, s)
		}
	}
	files, order, err := fetch(t, d, ref, scheduler.FileQuery{})
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]string)
	for i := range 12 {
		want[fmt.Sprintf("%d/out/deep er/é.txt", i)] = fmt.Sprintf("%d row %d\n", i, i)
		want[fmt.Sprintf("%d/out/empty", i)] = ""
		want[fmt.Sprintf("%d/out/same", i)] = ""
		want[fmt.Sprintf("%d/sum", i)] = fmt.Sprintf("%x\n", sha256.Sum256(big))
	}
	want["5/out/big"] = string(big)
	want["5/out/sparse"] = string(make([]byte, 50000000))
	if !maps.Equal(files, want) {
		t.Errorf("fetched %q, not %q", slices.Sorted(maps.Keys(files)), slices.Sorted(maps.Keys(want)))
	}
	if _, again, err := fetch(t, d, ref, scheduler.FileQuery{}); err != nil || !slices.Equal(order, again) {
		t.Errorf("the order was %q and is %q: %v", order, again, err)
	}
	files, _, err = fetch(t, d, ref, scheduler.FileQuery{Tasks: []int{11, 2}, Paths: []string{"sum"}})
	if got := slices.Sorted(maps.Keys(files)); err != nil || !slices.Equal(got, []string{"11/sum", "2/sum"}) {
		t.Errorf("of two tasks came %q: %v", got, err)
	}
	_, _, err = fetch(t, d, ref, scheduler.FileQuery{Tasks: []int{12}})
	wantFault(t, err, fault.NotFound, "12")
	_, _, err = fetch(t, d, ref, scheduler.FileQuery{Paths: []string{"tools"}})
	wantFault(t, err, fault.NotFound, "tools")
	_, _, err = fetch(t, d, scheduler.Ref{Token: newToken(), Tasks: 1}, scheduler.FileQuery{})
	wantFault(t, err, fault.NotFound)
}

// Whatever a task leaves: what is no regular file is refused by name, and the rest comes.
func TestPoisonedOutputs(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := sh(`mkdir out; echo good >out/good; ln -s /etc/passwd out/link; mkfifo out/pipe; ln -s . out/loop; echo "$(printf 'a\nb')" >"$(printf 'out/new\nline')";
		echo x >"$(printf 'out/bad\377name')"; echo y >out/zz; ln -s /etc other; mkdir secret; echo s >secret/s; chmod 0 secret`)
	job.Outputs = []string{"out", "other", "other/passwd", "secret"}
	ref := submit(t, d, job)
	if s := await(t, d, ref, "ended", ended)[0]; s.State != scheduler.Succeeded {
		t.Fatalf("%+v", s)
	}
	files, _, err := fetch(t, d, ref, scheduler.FileQuery{})
	wantFault(t, err, fault.Invalid, `"out/link"`, `"out/loop"`, `"out/pipe", which is a pipe`, `"other"`, `bad\xffname`, "secret")
	for name, content := range map[string]string{"0/out/good": "good\n", "0/out/zz": "y\n", "0/out/new\nline": "a\nb\n"} {
		if files[name] != content {
			t.Errorf("%q is %q", name, files[name])
		}
	}
	// What the job named comes, through whatever link it named it; but only what a link leads to, and never the link.
	if got := slices.Sorted(maps.Keys(files)); len(got) > 4 {
		t.Errorf("came %q", got)
	}
}

// A tampered archive on the access point: nothing of it reaches the caller under a name that leads out, and damage is seen.
func TestTamperedResults(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := sh("echo one >a", "echo two >a", "echo three >a", "echo four >a")
	job.Outputs = []string{"a"}
	ref := submit(t, d, job)
	await(t, d, ref, "ended", ended)
	script := `cd ~/.oceanid/jobs/` + ref.Token + `/results && python3 - <<'X'
import tarfile, io
def add(t, name, data):
    i = tarfile.TarInfo(name); i.size = len(data); t.addfile(i, io.BytesIO(data))
t = tarfile.open("1.tar", "w"); add(t, "manifest", b""); add(t, "work/../../evil", b"x"); add(t, "/etc/evil", b"x"); add(t, "work/a/../../../evil", b"x"); add(t, "work/a", b"fine"); t.close()
t = tarfile.open("2.tar", "w"); add(t, "manifest", b"0"*64 + b"  work/a\n"); add(t, "work/a", b"three\n"); t.close()
X
: >3.tar; ln -s /etc/passwd 9.tar`
	if _, err := condor(t).Run(t.Context(), "ben", "sh", "-c", script); err != nil {
		t.Fatal(err)
	}
	var came []string
	err := d.Download(t.Context(), ref, scheduler.FileQuery{Tasks: []int{0, 1, 3}}, func(f scheduler.File, r io.Reader) error {
		came = append(came, fmt.Sprintf("%d/%s", f.Task, f.Path))
		return nil
	})
	wantFault(t, err, fault.Invalid, `"work/../../evil"`, `"/etc/evil"`, "results of task 3")
	if !slices.Equal(came, []string{"0/a", "1/a"}) {
		t.Errorf("came %q", came)
	}
	err = d.Download(t.Context(), ref, scheduler.FileQuery{Tasks: []int{2}}, func(_ scheduler.File, r io.Reader) error {
		_, err := io.ReadAll(r)
		return err
	})
	wantFault(t, err, fault.Internal, "damaged")
}
