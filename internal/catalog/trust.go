package catalog

import (
	"fmt"
	"os"
	"path/filepath"
)

// onlyOwnersWrite tells whether everybody on the machine could put something else in a file's place: by writing to it, or to a folder that leads to it
// by its name or by a link.
func onlyOwnersWrite(path string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	for _, p := range []string{real, filepath.Dir(real), filepath.Dir(path)} {
		info, err := os.Stat(p)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o002 != 0 {
			return fmt.Errorf("everybody may write to %s, and so choose what the host runs: chmod o-w it", p)
		}
	}
	return nil
}
