package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// An access point without a command that only a later script calls is told at once, by the command's name.
func TestProbeNamesWhatIsMissing(t *testing.T) {
	tools := t.TempDir()
	for _, tool := range []string{"sh", "cat", "mkdir", "base64", "grep", "awk", "sed", "find", "rm", "df", "stat", "date", "tail", "tar", "sort", "readlink"} {
		file, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(file, filepath.Join(tools, tool)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", tools)
	d := open(t, Config{Directory: filepath.Join(t.TempDir(), "oceanid")})
	var last scheduler.Check
	err := d.Probe(t.Context(), func(c scheduler.Check) { last = c })
	wantFault(t, err, fault.Invalid, " flock", " setsid", " timeout", " condor_submit ", tools)
	if last.Name != "tools" || last.OK {
		t.Errorf("%+v", last)
	}
}
