package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host"
)

// One that dies of a configuration is told with its last words, and not as a connection that broke.
func TestAnUpgradeThatDiesAtAScheduler(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "oceanid-extra")
	install(t, program, "1.0.0")
	write(t, filepath.Join(dir, "config.hcl"), fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\n", program))
	h := open(t, dir, host.Options{})
	s := extra(t, h, "made", "made.example.org")
	version(t, s) // it runs
	install(t, program, "2.0.0", envDriver+"_DIES=made.example.org")
	c := reload(t, h)
	if text := fmt.Sprint(c, h.Drivers()); len(c.Kept) != 1 || !strings.Contains(c.Kept[0].Reason, "this is the end of …") || strings.Contains(text, "opensesame") {
		t.Errorf("got %+v", c)
	}
	if got := version(t, s); got != "1.0.0" {
		t.Errorf("version %s took over", got)
	}
}

// A driver that the file brings and that does not start holds a reload up for one try, and not for as many as a driver in use is given.
func TestReloadTriesADriverOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, dir, host.Options{})
	program, starts := filepath.Join(dir, "oceanid-extra"), filepath.Join(dir, "starts")
	if err := os.WriteFile(program, fmt.Appendf(nil, "#!/bin/sh\necho >> %q\nexit 3\n", starts), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "config.hcl"), fmt.Sprintf("driver \"extra\" {\n  path = %q\n}\nscheduler \"extra\" \"one\" {}\nscheduler \"extra\" \"two\" {}\n", program))
	if c, err := h.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "exited with status 3") {
		t.Errorf("%+v, %v", c, err)
	}
	if tried, err := os.ReadFile(starts); err != nil || len(tried) != 1 {
		t.Errorf("%d tries, %v", len(tried), err)
	}
}
