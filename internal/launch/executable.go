package launch

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/oceanid/oceanid/sdk/fault"
)

// executable is a driver's file, open, with the checksum of what is in it. What is executed is this descriptor, so that nobody can put another file in
// its place after it was checked.
type executable struct {
	file *os.File
	sum  string
}

// Inspect checks the spec's file as Start does before it executes it, executes nothing, and gives the file's checksum.
func Inspect(spec Spec) (checksum string, err error) {
	spec, err = spec.checked()
	if err != nil {
		return "", err
	}
	exe, err := openExecutable(spec)
	if err != nil {
		return "", err
	}
	return exe.sum, exe.file.Close()
}

// openExecutable opens the spec's file and compares it with the pin. The caller closes it.
func openExecutable(s Spec) (*executable, error) {
	// Without O_NONBLOCK a named pipe in the driver's place would hold the host up.
	f, err := os.OpenFile(s.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, s.fail(fault.Invalid, "there is no such file: build or install the driver, or correct its path")
	case errors.Is(err, fs.ErrPermission):
		return nil, s.fail(fault.Invalid, "the host's user may not read it: give it the permission, or run the host as another user")
	case err != nil:
		return nil, s.fail(fault.Invalid, "%w", err)
	}
	sum, err := s.inspect(f)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &executable{file: f, sum: sum}, nil
}

func (s Spec) inspect(f *os.File) (sum string, err error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", s.fail(fault.Invalid, "%w", err)
	case info.IsDir():
		return "", s.fail(fault.Invalid, "is a directory: give the path of the program in it")
	case !info.Mode().IsRegular():
		return "", s.fail(fault.Invalid, "is not a regular file")
	case info.Mode().Perm()&0o111 == 0:
		return "", s.fail(fault.Invalid, "is not executable: chmod +x it, if it is the driver")
	}
	if s.Checksums == nil {
		s.Checksums = new(Checksums)
	}
	sum, err = s.Checksums.of(f)
	if err != nil {
		return "", s.fail(fault.Invalid, "%w", err)
	}
	if s.Checksum != "" && !strings.EqualFold(s.Checksum, sum) {
		return "", s.fail(fault.Invalid, "is not the file that the configuration pins: its checksum is %s, not %s; correct the checksum if the new file is meant", sum, s.Checksum)
	}
	return sum, nil
}

// startError says why the system would not execute the file.
func (s Spec) startError(err error) error {
	switch {
	case errors.Is(err, syscall.ENOEXEC):
		return s.fail(fault.Invalid, "is not a program for this machine, nor a script with a #! line: build it for this system and processor")
	case errors.Is(err, fs.ErrNotExist):
		return s.fail(fault.Invalid, "cannot be executed: the interpreter in its #! line, or its dynamic loader, is not installed")
	case errors.Is(err, fs.ErrPermission):
		return s.fail(fault.Invalid, "may not be executed by the host's user, or lies on a file system mounted noexec")
	}
	return s.fail(fault.Unavailable, "cannot be executed: %w", err)
}
