package results

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// write writes a file beside its place and moves it there when it is whole. A refusal is about this file only.
func (b *bringing) write(name string, f scheduler.File, content io.Reader) (scheduler.File, error) {
	name = filepath.FromSlash(name)
	if err := b.root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return f, placing(name, err)
	}
	part := name + partial
	// What is left of an earlier time goes, whatever it is: it is not written through.
	if err := b.root.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return f, placing(name, err)
	}
	file, err := b.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return f, placing(name, err)
	}
	f.SHA256, err = b.copy(file, f, content)
	if err == nil {
		err = file.Chmod(os.FileMode(f.Mode)&0o777 | 0o600)
	}
	if err == nil {
		err = b.own(part, file)
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil && !f.Modified.IsZero() {
		err = b.root.Chtimes(part, time.Time{}, f.Modified)
	}
	if err == nil {
		err = b.root.Rename(part, name)
	}
	if err != nil {
		if !errors.Is(err, fault.Conflict) {
			b.root.Remove(part)
		}
		return f, placing(name, err)
	}
	return f, nil
}

// own tells whether a file on its way is still ours: a process that goes on with the same results begins it anew.
func (b *bringing) own(part string, file *os.File) error {
	ours, err := file.Stat()
	if err != nil {
		return err
	}
	if there, err := b.root.Lstat(part); err != nil || !os.SameFile(ours, there) {
		return broke{fault.Conflict.New("another download into the same folder has begun")}
	}
	return nil
}

// copy reads exactly the bytes that were announced, and a little of what is more.
func (b *bringing) copy(to io.Writer, f scheduler.File, content io.Reader) (digest string, err error) {
	from := &source{Reader: content}
	sum := sha256.New()
	to = io.MultiWriter(to, sum)
	if b.options.Report != nil {
		coming := f
		coming.SHA256 = ""
		to = io.MultiWriter(to, &meter{file: coming, report: b.options.Report})
	}
	n, err := io.Copy(to, io.LimitReader(from, f.Size))
	if err != nil && from.err == nil {
		return "", err
	}
	// The end is read as well: it is there that the digest of the way here is checked.
	var one [1]byte
	more := 0
	if from.err == nil {
		more, _ = io.ReadFull(from, one[:])
	}
	switch {
	case from.err != nil && from.err != io.EOF:
		return "", broke{from.err}
	case more > 0:
		return "", refusal{"it was longer than it was told to be: it changed while it was read"}
	case n != f.Size:
		return "", refusal{"it was shorter than it was told to be: it changed while it was read"}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// source keeps the error with which its reader ended, to tell it from the writer's.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (n int, err error) {
	n, err = s.Reader.Read(p)
	if err != nil {
		s.err = err
	}
	return n, err
}

// broke is an error of the way here: the next file does not come either.
type broke struct{ error }

func (b broke) Unwrap() error { return b.error }

// refusal is why one file is not brought.
type refusal struct{ reason string }

func (r refusal) Error() string { return r.reason }

// placing is what an error of writing a file means: a disk that is full or broken ends the download; what is only in the way of this file refuses it.
func placing(name string, err error) error {
	var way broke
	var refused refusal
	switch {
	case errors.As(err, &way):
		return way.error
	case errors.As(err, &refused):
		return err
	}
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, os.ErrClosed} {
		if errors.Is(err, e) {
			return fault.By(fault.Host, fault.Of(err).New("write result %q: %w", name, err))
		}
	}
	return refusal{"it cannot be written here: " + err.Error()}
}

// there tells whether a file is there as it is at the pool.
func (b *bringing) there(name string, f scheduler.File, digest string) bool {
	name = filepath.FromSlash(name)
	info, err := b.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != f.Size || f.Modified.IsZero() || !info.ModTime().Equal(f.Modified) {
		return false
	}
	file, err := b.root.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	return err == nil && hex.EncodeToString(sum.Sum(nil)) == digest
}

// meter counts the bytes of a file as they come.
type meter struct {
	file   scheduler.File
	have   int64
	report func(scheduler.File, int64)
}

func (m *meter) Write(b []byte) (int, error) {
	m.have += int64(len(b))
	m.report(m.file, m.have)
	return len(b), nil
}
