package lab_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/oceanid/oceanid/lab"
)

// traces is all that a lab could leave on its host.
type traces struct {
	PID    int
	Link   string
	RunDir string

	namespace *os.File // held open, so that the kernel gives its number to no other
}

func tracesOf(l *lab.Lab) traces {
	return traces{PID: l.PID(), Link: l.LinkName(), RunDir: l.RunDir()}
}

func (tr *traces) hold(t *testing.T) {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/ns/pid", tr.PID))
	if err != nil {
		t.Fatal(err)
	}
	tr.namespace = f
	t.Cleanup(func() { f.Close() })
}

// processes are those of the lab that still run.
func (tr *traces) processes(t *testing.T) []string {
	t.Helper()
	own, err := tr.namespace.Stat()
	if err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, dir := range all {
		if ns, err := os.Stat(dir + "/ns/pid"); err == nil && os.SameFile(ns, own) {
			name, _ := os.ReadFile(dir + "/comm")
			found = append(found, string(name))
		}
	}
	return found
}

// left says what of the lab is still there.
func (tr *traces) left(t *testing.T) string {
	t.Helper()
	if found := tr.processes(t); len(found) > 0 {
		return fmt.Sprintf("processes %q", found)
	}
	if _, err := net.InterfaceByName(tr.Link); err == nil {
		return "network link " + tr.Link
	}
	if _, err := os.Stat(tr.RunDir); err == nil {
		return "directory " + tr.RunDir
	}
	return ""
}

func (tr *traces) String() string {
	text, err := json.Marshal(tr)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
