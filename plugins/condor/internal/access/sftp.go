package access

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/oceanid/oceanid/sdk/fault"
)

// Put uploads the file over SFTP.
func (s *SSH) Put(ctx context.Context, path, scratch string, mode fs.FileMode, r io.Reader) error {
	input := &severable{r: r}
	defer input.sever()
	return s.use(ctx, "write "+path, func(l *link) error {
		return l.withFiles(ctx, func(files *sftp.Client) error {
			return put(ctx, remoteTree{files}, path, scratch, mode, input)
		})
	})
}

// Open opens the file over SFTP.
func (s *SSH) Open(ctx context.Context, path string) (file File, err error) {
	opened := make(chan *sftp.File, 1)
	err = s.use(ctx, "read "+path, func(l *link) error {
		return l.withFiles(ctx, func(files *sftp.Client) error {
			f, err := files.Open(path)
			if err == nil {
				opened <- f
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return remoteFile{<-opened}, nil
}

// lost tells a connection that has ended from whatever else can be wrong with a file.
func lost(err error) error {
	if errors.Is(err, sftp.ErrSSHFxConnectionLost) {
		return fault.Unavailable.New("the connection for files has ended: %w", err)
	}
	return err
}

// remoteFile is an open file at the access point.
type remoteFile struct{ *sftp.File }

func (f remoteFile) ReadAt(b []byte, offset int64) (int, error) {
	n, err := f.File.ReadAt(b, offset)
	return n, lost(err)
}

func (f remoteFile) Stat() (fs.FileInfo, error) {
	info, err := f.File.Stat()
	return info, lost(err)
}

// withFiles gives f the connection's one session for files, which any number may use at once.
func (l *link) withFiles(ctx context.Context, f func(*sftp.Client) error) error {
	files, err := l.sftp(ctx)
	if err != nil {
		return err
	}
	err = f(files)
	if errors.Is(err, sftp.ErrSSHFxConnectionLost) {
		l.mu.Lock()
		if l.files == files {
			l.files = nil
		}
		l.mu.Unlock()
	}
	return lost(err)
}

func (l *link) sftp(ctx context.Context) (*sftp.Client, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.files != nil {
		return l.files, nil
	}
	session, err := l.session(ctx)
	if err != nil {
		return nil, err
	}
	files, err := openSFTP(session)
	if err != nil {
		session.Close()
		return nil, fault.Unavailable.New("the server gives no access to files (Subsystem sftp in its sshd_config): %w", err)
	}
	l.files = files
	return files, nil
}

func openSFTP(session *ssh.Session) (*sftp.Client, error) {
	w, err := session.StdinPipe()
	if err != nil {
		return nil, err
	}
	r, err := session.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := session.RequestSubsystem("sftp"); err != nil {
		return nil, err
	}
	return sftp.NewClientPipe(r, requests{w}, sftp.UseConcurrentWrites(true), sftp.UseConcurrentReads(true))
}

// requests is the way of requests to the server. A channel that is closed says io.EOF to whoever writes, which a reader of a file would take for
// the file's end.
type requests struct{ io.WriteCloser }

func (w requests) Write(b []byte) (int, error) {
	n, err := w.WriteCloser.Write(b)
	if err == io.EOF {
		err = sftp.ErrSSHFxConnectionLost
	}
	return n, err
}

// remoteTree is the access point's files.
type remoteTree struct{ *sftp.Client }

func (t remoteTree) create(path string) (writable, error) {
	return t.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
}
func (t remoteTree) mkdirAll(path string) error   { return t.MkdirAll(path) }
func (t remoteTree) rename(from, to string) error { return t.PosixRename(from, to) }
func (t remoteTree) remove(path string) error     { return t.Remove(path) }
