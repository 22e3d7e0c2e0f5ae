package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// missingPlatform says what this machine lacks to run a lab, beside the root.
func missingPlatform() error {
	if os.Geteuid() != 0 {
		return errors.New("a lab mounts file systems and makes namespaces: run this as root")
	}
	for _, tool := range []struct{ name, pack string }{
		{"ip", "iproute2"}, {"nsenter", "util-linux"}, {"mount", "mount"}, {"pivot_root", "util-linux"}, {"chroot", "coreutils"},
	} {
		if err := hostHas(tool.name); err != nil {
			return fmt.Errorf("a lab needs the command %q: install the package %s", tool.name, tool.pack)
		}
	}
	return nil
}

// hostHas looks where hostCommand does.
func hostHas(tool string) error {
	for _, dir := range filepath.SplitList(hostPath) {
		if _, err := exec.LookPath(filepath.Join(dir, tool)); err == nil {
			return nil
		}
	}
	return exec.ErrNotFound
}
