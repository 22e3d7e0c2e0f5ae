package main

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// unpacking is the tar of one task's results.
type unpacking struct {
	task    int
	wanted  []string
	refused *refusals
	yield   func(scheduler.File, io.Reader) error
	// digests are what the manifest promises and has not come yet; seen is what has.
	digests map[string]string
	seen    map[string]bool
}

// run yields the regular files. What is anything else, or is not as the manifest says, is refused by name.
func (u *unpacking) run(r io.Reader) error {
	members := tar.NewReader(r)
	u.seen = make(map[string]bool)
	for {
		member, err := members.Next()
		if err == io.EOF {
			break
		}
		if damaged(err) {
			u.refused.add("the rest of the results of task %d, which is damaged (%v)", u.task, err)
			break
		}
		if err != nil {
			return err
		}
		if u.digests == nil {
			if member.Name != description.ManifestName {
				u.refused.add("the results of task %d, which have no manifest", u.task)
				return nil
			}
			if err := u.readManifest(members); err != nil {
				return err
			}
			continue
		}
		if err := u.member(member, members); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(u.digests)) {
		if isWanted(name, u.wanted) {
			u.refused.add("task %d: %q, which was there when the task ended and has not come", u.task, name)
		}
	}
	return nil
}

// damaged tells a tar that is cut short or wrong from a transport that has failed: the latter's errors have a kind.
func damaged(err error) bool {
	return errors.Is(err, tar.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) && fault.Of(err) == fault.Internal
}

func (u *unpacking) member(h *tar.Header, content io.Reader) error {
	name, ok := below(h.Name)
	digest := u.digests[name]
	delete(u.digests, name)
	if h.Typeflag == tar.TypeDir {
		return nil
	}
	if !ok || !fs.ValidPath(name) || !utf8.ValidString(name) {
		u.refused.add("task %d: %q, whose name is no path below the working directory", u.task, h.Name)
		return nil
	}
	if !isWanted(name, u.wanted) || u.seen[name] {
		return nil
	}
	u.seen[name] = true
	if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse {
		u.refused.add("task %d: %q, which is %s and no regular file", u.task, name, kindOf(h.Typeflag))
		return nil
	}
	file := scheduler.File{Task: u.task, Path: name, Size: h.Size, Mode: uint32(h.FileInfo().Mode().Perm()), Modified: h.ModTime, SHA256: digest}
	return u.yield(file, &checked{r: content, name: fmt.Sprintf("task %d: %q", u.task, name), want: file.SHA256, sum: sha256.New()})
}

func kindOf(typ byte) string {
	switch typ {
	case tar.TypeSymlink, tar.TypeLink:
		return "a link"
	case tar.TypeFifo:
		return "a pipe"
	case tar.TypeChar, tar.TypeBlock:
		return "a device"
	}
	return fmt.Sprintf("of type %q", typ)
}

// readManifest reads sha256sum's lines (GNU Coreutils manual, "md5sum invocation"): digest, two blanks, name; a name with a backslash or a newline is
// escaped, and the line then begins with a backslash.
func (u *unpacking) readManifest(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	u.digests = make(map[string]string)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if trouble, found := strings.CutPrefix(line, "! "); found {
			u.refused.add("task %d: %s", u.task, trouble)
			continue
		}
		line, escaped := strings.CutPrefix(line, `\`)
		digest, member, found := strings.Cut(line, "  ")
		if escaped {
			member = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r").Replace(member)
		}
		name, ok := below(member)
		if _, err := hex.DecodeString(digest); found && ok && err == nil && len(digest) == 2*sha256.Size {
			u.digests[name] = digest
		}
	}
	return nil
}

// checked is a reader that ends with io.EOF only when all had the digest that the machine saw on which the task ran.
type checked struct {
	r    io.Reader
	name string
	want string // "": not known
	sum  hash.Hash
}

func (c *checked) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.sum.Write(b[:n])
	if err == io.EOF && c.want != "" {
		if got := hex.EncodeToString(c.sum.Sum(nil)); got != c.want {
			return n, fault.By(fault.Scheduler, fault.Internal.New("%s was damaged on the way: its digest was %s and is %s", c.name, c.want, got))
		}
	}
	return n, err
}

// refusals are results that cannot be had, by name.
type refusals struct {
	names []string
	more  int
}

// Of thousands a few dozen say enough.
const mostRefusals = 50

func (r *refusals) add(format string, args ...any) {
	if len(r.names) == mostRefusals {
		r.more++
		return
	}
	r.names = append(r.names, fmt.Sprintf(format, args...))
}

func (r *refusals) err() error {
	if len(r.names) == 0 {
		return nil
	}
	and := ""
	if r.more > 0 {
		and = fmt.Sprintf("; and %d more", r.more)
	}
	return fault.Invalid.New("not fetched: %s%s", strings.Join(r.names, "; "), and)
}
