package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestUpload(t *testing.T) {
	t.Parallel()
	d := ben(t)
	ctx := t.Context()
	token := newToken()
	input := func(name string, size int) scheduler.Input { return scheduler.Input{Name: name, Size: int64(size)} }
	job := scheduler.Job{Token: token, Command: "cat", Args: []string{"a", "b"}, Inputs: []scheduler.Input{input("a", 4), input("b", 3)}}
	// One is missing.
	if err := d.Upload(ctx, token, input("a", 3), strings.NewReader("old")); err != nil {
		t.Fatal(err)
	}
	_, err := d.Submit(ctx, job)
	wantFault(t, err, fault.Conflict, `"a"`)
	// One breaks off: it is not there.
	err = d.Upload(ctx, token, input("b", 3), io.MultiReader(strings.NewReader("xx"), failing{}))
	wantFault(t, err, fault.Exhausted)
	if err := d.Upload(ctx, token, input("a", 4), strings.NewReader("new\n")); err != nil {
		t.Fatal(err)
	}
	_, err = d.Submit(ctx, job)
	wantFault(t, err, fault.Conflict, `"b"`)
	if err := d.Upload(ctx, token, input("b", 3), strings.NewReader("two")); err != nil {
		t.Fatal(err)
	}
	id, err := d.Submit(ctx, job)
	if err != nil {
		t.Fatal(err)
	}
	ref := scheduler.Ref{ID: id, Token: token, Tasks: 1}
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
	if got := stdout(t, d, ref, 0); got != "new\ntwo" {
		t.Errorf("the task read %q", got)
	}
}

// failing is a reader that fails in its own way.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, fault.Exhausted.New("enough") }

// A hundred inputs at once over one connection.
func TestManyUploadsAtOnce(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := scheduler.Job{Token: newToken(), Command: "sh", Args: []string{"-c", "cat in/* | sha256sum"}}
	var whole bytes.Buffer
	done := make(chan error)
	for i := range 100 {
		data := bytes.Repeat([]byte{byte(i)}, i*100)
		whole.Write(data)
		input := scheduler.Input{Name: fmt.Sprintf("in/%03d", i), Size: int64(len(data))}
		job.Inputs = append(job.Inputs, input)
		go func() { done <- d.Upload(t.Context(), job.Token, input, bytes.NewReader(data)) }()
	}
	for range 100 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	id, err := d.Submit(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	ref := scheduler.Ref{ID: id, Token: job.Token, Tasks: 1}
	await(t, d, ref, "succeeded", in(scheduler.Succeeded))
	if got, want := stdout(t, d, ref, 0), fmt.Sprintf("%x  -\n", sha256.Sum256(whole.Bytes())); got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
