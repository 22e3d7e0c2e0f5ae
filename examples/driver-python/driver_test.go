// Package driverpython_test proves that the driver in Python is one: that it keeps what the protocol promises, and that a host runs it.
package driverpython_test

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

func TestConformance(t *testing.T) {
	drivertest.Binary(t, packed(t), drivertest.Options{Config: []byte(`{"slots": 4, "grace": "1s"}`)})
}

// packed is the driver as one file, as it is shipped.
func packed(t *testing.T) string {
	t.Helper()
	return pack(t, func(text string) string { return text })
}

// pack is the driver as one file, of a program that was changed.
func pack(t *testing.T, change func(string) string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	program, path := filepath.Join(dir, "driver.py"), filepath.Join(dir, "oceanid-atlike")
	text, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, []byte(change(string(text))), 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), python(t), filepath.Join(dir, "oceanid", "pack.py"), program, "--python", python(t), "-o", path).CombinedOutput(); err != nil {
		t.Fatalf("pack.py: %v\n%s", err, out)
	}
	return path
}

// python is the interpreter that runs the driver: Debian's, or the one that the variable PYTHON names.
func python(t *testing.T) string {
	t.Helper()
	path := cmp.Or(os.Getenv("PYTHON"), "/usr/bin/python3")
	if out, err := exec.CommandContext(t.Context(), path, "-c", "import google.protobuf, grpc").CombinedOutput(); err != nil {
		skip := t.Skipf
		if ci := os.Getenv("CI"); ci != "" && ci != "false" && ci != "0" {
			skip = t.Fatalf
		}
		skip("needs %s with grpcio and protobuf (apt install python3-grpcio python3-protobuf, or a virtual environment's python in PYTHON): %v\n%s", path, err, out)
	}
	return path
}
