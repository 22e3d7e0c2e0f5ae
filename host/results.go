package host

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// Logs writes what one task wrote to its standard output, or error, to w. With o.Follow it goes on until the task has ended. The tasks of a workflow are
// those of its nodes, one node after the other: [Node] says which is the first.
func (j *Job) Logs(ctx context.Context, o scheduler.LogOptions, w io.Writer) error {
	_, ref, err := j.ref(ctx)
	if err != nil {
		return err
	}
	if o.Task < 0 || o.Task >= ref.Tasks {
		return fault.NotFound.New("job %s has tasks 0 to %d, not %d", j.ID, ref.Tasks-1, o.Task)
	}
	c, err := j.host.caller(ctx, j.uid)
	if err != nil {
		return err
	}
	return c.Logs(ctx, ref, o, w)
}

// Sums is the name of the manifest that Download writes: the digest of each file, as sha256sum -c reads it.
const Sums = "SHA256SUMS"

// Download brings the job's results into dir, which is made if it is missing: for a job of one task as dir/OUTPUT, for an array as dir/TASK/OUTPUT; for
// a workflow as dir/NODE/OUTPUT or dir/NODE/TASK/OUTPUT, and in a workflow within it as dir/NODE/NODE/… . Each file appears whole and with its digest checked, or not at all; one that was there before is replaced. Nothing is written outside dir, whatever the pool
// says. It returns what was brought, which dir/SHA256SUMS lists as well. An output that is not a regular file, or too strange a name, is an error that
// names it, and loses no other.
func (j *Job) Download(ctx context.Context, dir string, q scheduler.FileQuery) ([]scheduler.File, error) {
	return j.DownloadWith(ctx, dir, q, func(scheduler.File, int64) {})
}

// DownloadWith is Download for who wants to see how it goes: it reports each file with how many bytes of it are there, often while it comes, and once more with its
// digest when it is whole. It calls report from one goroutine.
func (j *Job) DownloadWith(ctx context.Context, dir string, q scheduler.FileQuery, report func(f scheduler.File, have int64)) ([]scheduler.File, error) {
	job, ref, err := j.ref(ctx)
	if err != nil {
		return nil, err
	}
	folders := newLayout(job)
	c, err := j.host.caller(ctx, j.uid)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fault.By(fault.Host, fault.Of(err).New("download: %w", err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.By(fault.Host, fault.Of(err).New("download: %w", err))
	}
	defer root.Close()
	var files []scheduler.File
	err = c.Download(ctx, ref, q, func(f scheduler.File, content io.Reader) error {
		coming := f
		coming.SHA256 = ""
		f, err := place(root, folders.where(f), f, io.TeeReader(content, &meter{file: coming, report: report}))
		if err == nil {
			files = append(files, f)
			report(f, f.Size)
		}
		return err
	})
	if written := writeSums(root, files, folders); err == nil {
		err = written
	}
	return files, err
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

// place writes a file beside its place and moves it there when it is whole.
func place(root *os.Root, name string, f scheduler.File, content io.Reader) (scheduler.File, error) {
	name = filepath.FromSlash(name)
	fail := func(err error) (scheduler.File, error) {
		return f, fault.By(fault.Host, fault.Of(err).New("write result %q: %w", name, err))
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fail(err)
	}
	part := name + ".oceanid-part"
	file, err := root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fail(err)
	}
	sum := sha256.New()
	f.Size, err = io.Copy(io.MultiWriter(file, sum), content)
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	if err == nil {
		err = file.Chmod(os.FileMode(f.Mode)&0o777 | 0o600)
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = root.Rename(part, name)
	}
	if err != nil {
		root.Remove(part)
		return fail(err)
	}
	return f, nil
}

func writeSums(root *os.Root, files []scheduler.File, folders layout) error {
	file, err := root.Create(Sums)
	if err != nil {
		return fault.By(fault.Host, fault.Of(err).New("write %s: %w", Sums, err))
	}
	w := bufio.NewWriter(file)
	for _, f := range files {
		fmt.Fprintln(w, sumLine(f.SHA256, folders.where(f)))
	}
	if err = w.Flush(); err == nil {
		err = file.Close()
	}
	return err
}

// sumLine is a line of sha256sum's: names with a backslash or a line end are escaped, and the line says so by beginning with a backslash.
func sumLine(sum, name string) string {
	escaped := strings.NewReplacer("\\", `\\`, "\n", `\n`, "\r", `\r`).Replace(name)
	if escaped != name {
		return `\` + sum + "  " + escaped
	}
	return sum + "  " + name
}
