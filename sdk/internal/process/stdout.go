package process

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// divertStdout keeps the real standard output for go-plugin's one line, and makes descriptor 1 another name for standard error: what a library writes
// there, in any language, lands in the host's log instead of in the handshake. What Go code prints through os.Stdout go-plugin carries to the host.
func divertStdout() error {
	kept, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return fmt.Errorf("keep descriptor 1: %w", err)
	}
	if err := dup2(2, 1); err != nil {
		return fmt.Errorf("divert descriptor 1: %w", err)
	}
	os.Stdout = os.NewFile(uintptr(kept), "/dev/stdout")
	return nil
}
