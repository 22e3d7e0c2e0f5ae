package results

import (
	"bufio"
	"errors"
	"os"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Sums is the name of the list of digests, as sha256sum -c reads it.
const Sums = "SHA256SUMS"

// sums are the list that is being written, beside the one of before. Files come in a stable order, so that of the old list only a few lines are known at a
// time.
type sums struct {
	root  *os.Root
	file  *os.File
	w     *bufio.Writer
	old   *os.File
	lines *bufio.Scanner
	ahead []sum
}

type sum struct{ digest, name string }

// lookahead is how many lines of the old list are searched for a file: so many neighbours may be gone from the pool.
const lookahead = 256

// openSums begins a new list. Where the last download was killed its list is there under the name of one on its way, and is the newer one.
func openSums(root *os.Root) (*sums, error) {
	s := &sums{root: root}
	const before = Sums + partial + "-before"
	if _, err := root.Lstat(Sums + partial); err == nil {
		if err := root.Rename(Sums+partial, before); err != nil {
			return nil, local("write "+Sums, err)
		}
	}
	for _, name := range []string{before, Sums} {
		info, err := root.Lstat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if s.old, err = root.Open(name); err == nil {
			s.lines = bufio.NewScanner(s.old)
			break
		}
	}
	root.Remove(before) // it is open
	file, err := root.OpenFile(Sums+partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		s.shut()
		if errors.Is(err, os.ErrExist) {
			return nil, fault.Conflict.New("another download into the same folder has just begun")
		}
		return nil, local("write "+Sums, err)
	}
	s.file, s.w = file, bufio.NewWriter(file)
	return s, nil
}

// before is the digest that a file had the last time, "" where that is not known. It must be asked in the order of the files.
func (s *sums) before(name string) string {
	for s.lines != nil && len(s.ahead) < lookahead {
		if !s.lines.Scan() {
			s.lines = nil
			break
		}
		if line, ok := parseSum(s.lines.Text()); ok {
			s.ahead = append(s.ahead, line)
			if line.name == name {
				break
			}
		}
	}
	for i, line := range s.ahead {
		if line.name == name {
			s.ahead = s.ahead[i+1:]
			return line.digest
		}
	}
	return ""
}

func (s *sums) add(digest, name string) error {
	_, err := s.w.WriteString(sumLine(digest, name) + "\n")
	if err != nil {
		return local("write "+Sums, err)
	}
	return nil
}

// close puts the new list in the place of the old one. After a download that broke, what the old one says of the files that it did not come to is kept: the
// next one goes on with them.
func (s *sums) close(whole bool) error {
	var err error
	if !whole {
		err = s.keep()
	}
	s.shut()
	if flushed := s.w.Flush(); err == nil {
		err = flushed
	}
	if closed := s.file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = s.root.Rename(Sums+partial, Sums)
	}
	if err != nil {
		return local("write "+Sums, err)
	}
	return nil
}

// keep copies what is left of the old list.
func (s *sums) keep() error {
	for _, l := range s.ahead {
		if err := s.add(l.digest, l.name); err != nil {
			return err
		}
	}
	for s.lines != nil && s.lines.Scan() {
		if l, ok := parseSum(s.lines.Text()); ok {
			if err := s.add(l.digest, l.name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sums) shut() {
	if s.old != nil {
		s.old.Close()
	}
}

// sumLine is a line of sha256sum's: names with a backslash or a line end are escaped, and the line says so by beginning with a backslash.
func sumLine(digest, name string) string {
	escaped := strings.NewReplacer("\\", `\\`, "\n", `\n`, "\r", `\r`).Replace(name)
	if escaped != name {
		return `\` + digest + "  " + escaped
	}
	return digest + "  " + name
}

func parseSum(line string) (sum, bool) {
	rest, escaped := strings.CutPrefix(line, `\`)
	digest, name, ok := strings.Cut(rest, "  ")
	if escaped {
		name = strings.NewReplacer(`\\`, "\\", `\n`, "\n", `\r`, "\r").Replace(name)
	}
	return sum{digest, name}, ok && len(digest) == 64
}
