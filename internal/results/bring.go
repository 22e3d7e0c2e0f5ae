package results

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Options are what a caller may leave out.
type Options struct {
	// Limit is the most bytes that are brought; 0: no limit. A file that would go beyond it is not begun where its size is known.
	Limit int64
	// Report, where it is not nil, is told of each file with how many bytes of it are there, often while it comes, and once more with its digest when it is
	// whole. It is called from one goroutine.
	Report func(f scheduler.File, have int64)
}

// Brought is what is there in the end.
type Brought struct {
	Files int
	Bytes int64
}

// partial ends the name of a file that is not whole yet.
const partial = ".oceanid-part"

// Bring brings a job's results into dir, which is made if it is missing, and lists them in dir/SHA256SUMS. Each file appears whole and with its digest
// checked, or not at all; one that was there before is replaced, unless it is there whole: with the size and the time of the one at the pool, and the
// digest that SHA256SUMS says. Then its content is not read. Nothing is written outside dir.
//
// What is refused is named in an error (fault.Invalid) at the end, and loses no other file. Beyond the limit it is fault.Exhausted. After any other error
// what has been brought stays; bringing it again goes on at the file where it broke. Memory does not grow with the number of files.
func Bring(ctx context.Context, d scheduler.Downloader, ref scheduler.Ref, q scheduler.FileQuery, dir string, l Layout, o Options) (Brought, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Brought{}, local("download", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Brought{}, local("download", err)
	}
	defer root.Close()
	sums, err := openSums(root)
	if err != nil {
		return Brought{}, err
	}
	b := &bringing{root: root, layout: l, options: o, sums: sums}
	err = d.Download(ctx, ref, q, b.file)
	if b.broken != nil {
		err = b.broken // the driver may have made something else of it
	}
	whole := err == nil || refuses(err)
	written := sums.close(whole)
	switch {
	case whole:
		err = errors.Join(b.refused.err(), err)
	}
	return b.brought, errors.Join(err, written)
}

// refuses tells whether a driver's error is about what it left out, after it has given all the rest.
func refuses(err error) bool { return errors.Is(err, fault.Invalid) }

func local(what string, err error) error {
	return fault.By(fault.Host, fault.Of(err).New("%s: %w", what, err))
}

// bringing is one download.
type bringing struct {
	root    *os.Root
	layout  Layout
	options Options
	sums    *sums
	brought Brought
	refused refusals
	broken  error // after which there is no going on
}

// file takes one file from the driver. An error ends the download.
func (b *bringing) file(f scheduler.File, content io.Reader) error {
	if b.broken != nil {
		return b.broken
	}
	name, reason := b.name(f)
	if reason != "" {
		b.refused.add(f, reason)
		return nil
	}
	if limit := b.options.Limit; limit > 0 && f.Size > limit-b.brought.Bytes {
		return b.breaks(beyond(limit, f))
	}
	if digest := b.sums.before(name); digest != "" && b.there(name, f, digest) {
		f.SHA256 = digest
		return b.whole(name, f)
	}
	f, err := b.write(name, f, content)
	if err == nil {
		return b.whole(name, f)
	}
	var r refusal
	if errors.As(err, &r) {
		b.refused.add(f, r.reason)
		return nil
	}
	return b.breaks(err)
}

func (b *bringing) breaks(err error) error {
	b.broken = err
	return err
}

func (b *bringing) whole(name string, f scheduler.File) error {
	b.brought.Files++
	b.brought.Bytes += f.Size
	if err := b.sums.add(f.SHA256, name); err != nil {
		return b.breaks(err)
	}
	if b.options.Report != nil {
		b.options.Report(f, f.Size)
	}
	return nil
}

// name is the place of a file, or why it cannot have one.
func (b *bringing) name(f scheduler.File) (name, reason string) {
	switch {
	case !utf8.ValidString(f.Path):
		return "", "its name is not UTF-8"
	case !fs.ValidPath(f.Path) || f.Path == "." || strings.ContainsRune(f.Path, 0):
		return "", "its name is not a path inside the task's directory"
	case f.Size < 0:
		return "", "its size cannot be"
	}
	name, ok := b.layout.where(f)
	switch {
	case !ok:
		return "", "the job has no such task"
	case name == Sums || name == Sums+partial:
		return "", "its name is that of the list of digests"
	case strings.HasSuffix(name, partial):
		return "", "its name is that of a file on its way"
	}
	return name, ""
}

// beyond is about results that are too much.
func beyond(limit int64, f scheduler.File) error {
	return fault.Exhausted.New("the results are more than %d bytes, beginning with %q of task %d: they stay at the pool", limit, f.Path, f.Task)
}
