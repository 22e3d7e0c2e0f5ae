package catalog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// prefix is what the names of drivers' executables begin with.
const prefix = "oceanid-"

// Dirs are the folders that are searched when nothing else is said: driverDir if it is not "", the folder of the host's own executable, and drivers/
// in that.
func Dirs(executable, driverDir string) []string {
	var dirs []string
	if driverDir != "" {
		dirs = append(dirs, driverDir)
	}
	if real, err := filepath.EvalSymlinks(executable); err == nil {
		executable = real
	}
	beside := filepath.Dir(executable)
	return append(dirs, beside, filepath.Join(beside, "drivers"))
}

// discover gives the paths of the files in dir whose names are those of drivers, by name. Folders of such a name are something else.
func discover(dir string) ([]string, error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var paths []string
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		if !strings.HasPrefix(f.Name(), prefix) {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			continue
		}
		paths = append(paths, path)
	}
	return paths, err
}
