//go:build !linux

package lab

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"os/exec"
)

var errNotLinux = errors.New("a lab runs on Linux alone: it is made of Linux namespaces")

func missingPlatform() error { return errNotLinux }

// Build needs Linux; here it says so.
func Build(context.Context, io.Writer) error { return errNotLinux }

// Clean needs Linux; here it says so.
func Clean(context.Context) error { return errNotLinux }

// Command needs Linux; here the command fails to start and says so.
func (l *Lab) Command(context.Context, string, ...string) *exec.Cmd {
	return &exec.Cmd{Err: errNotLinux}
}

type box struct{}

type link struct{ host, lab netip.Addr }

type runDir struct{}

func (*runDir) write(string, []byte) (string, error) { return "", errNotLinux }

func build(context.Context, Debian, io.Writer) error { return errNotLinux }

func boot(context.Context, Debian) (*Lab, error) { return nil, errNotLinux }

// SmallDisk needs Linux; here it skips the test, or fails it in CI.
func SmallDisk(t TB, _ int) string { t.Helper(); Require(t); return "" }
