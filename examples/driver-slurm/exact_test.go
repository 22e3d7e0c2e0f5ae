package main

import (
	"io"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// hostile are values that mean something to a shell, to sbatch, to squeue or to Python.
var hostile = []string{
	"", " ", "a b", "-x", "--wrap=true", "$(touch pwned)", "`touch pwned`", "$HOME", "'; touch pwned; '", `"`, `\`, "a\nb\n#SBATCH --array=0-9", "%a%j", "*", "~", "!!", "{1}", "|", "ünï☃",
	"a\tb", "\x7f", strings.Repeat("long ", 20_000),
}

func TestHostileValues(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := scheduler.Job{
		Name: `'; touch pwned; ' $(touch pwned) %a | "`, Command: "./show it's", Args: hostile, Stdin: "data $(x)/'in'",
		Env:     map[string]string{"A": strings.Join(hostile[:12], "\x01"), "PS4": "$(touch pwned)", "LD_LIBRARY_PATH": "/none", "PYTHONHOME": "/none"},
		Outputs: []string{"o'u\"t $(x)"},
		Inputs: []scheduler.Input{
			{Name: "show it's", Mode: 0o755, Data: []byte("#!/bin/sh\nprintf '%s\\0' \"$@\"; env -0 >&2; cat >\"o'u\\\"t \\$(x)\"; exit 7\n")},
			{Name: "data $(x)/'in'", Data: []byte("read\x00 this\n")},
		},
	}
	ref := submit(t, d, job)
	s := awaitState(t, d, ref, "ended", terminal)[0]
	if s.Exit == nil || s.Exit.Code != 7 {
		t.Fatalf("%+v", s)
	}
	if got := strings.Split(strings.TrimSuffix(stdout(t, d, ref, 0), "\x00"), "\x00"); strings.Join(got, "\x00") != strings.Join(hostile, "\x00") {
		t.Errorf("arguments arrived as %.2000q", got)
	}
	var environment strings.Builder
	if err := d.Logs(t.Context(), ref, scheduler.LogOptions{Stream: scheduler.Stderr}, &environment); err != nil {
		t.Fatal(err)
	}
	for name, value := range job.Env {
		if !strings.Contains("\x00"+environment.String(), "\x00"+name+"="+value+"\x00") {
			t.Errorf("%s did not arrive as %q", name, value)
		}
	}
	brought := map[string]string{}
	err := d.Download(t.Context(), ref, scheduler.FileQuery{}, func(f scheduler.File, r io.Reader) error {
		text, err := io.ReadAll(r)
		brought[f.Path] = string(text)
		return err
	})
	if err != nil || len(brought) != 1 || brought[job.Outputs[0]] != "read\x00 this\n" {
		t.Errorf("brought %q, %v", brought, err)
	}
	if out, err := slurm(t).Run(t.Context(), "ben", "find", ".", "-name", "pwned"); err != nil || len(out) > 0 {
		t.Errorf("something was run: %s, %v", out, err)
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	d := ben(t)
	job := scheduler.Job{
		Command: "sh", Args: []string{"-c", "mkdir dir; echo good >dir/file; ln -s /etc/passwd dir/link; mkfifo dir/pipe; ln -s /etc etc"},
		Outputs: []string{"etc/passwd", "dir"},
	}
	ref := submit(t, d, job)
	awaitState(t, d, ref, "succeeded", in(scheduler.Succeeded))
	var brought []string
	err := d.Download(t.Context(), ref, scheduler.FileQuery{}, func(f scheduler.File, r io.Reader) error {
		brought = append(brought, f.Path)
		return nil
	})
	if len(brought) != 1 || brought[0] != "dir/file" {
		t.Errorf("brought %q", brought)
	}
	for _, name := range []string{`"etc"`, `"dir/link"`, `"dir/pipe"`} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
}

func TestWhatLinuxCannotCarryIsRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 128<<10)
	for name, job := range map[string]scheduler.Job{
		"argument": {Command: "true", Args: []string{long}},
		"row":      {Command: "true", Array: &scheduler.Array{Count: 1, Args: [][]string{{long}}}},
		"variable": {Command: "true", Env: map[string]string{"A": long}},
	} {
		if err := refuse(job); err == nil {
			t.Errorf("%s of %d bytes is taken", name, len(long))
		}
	}
}
