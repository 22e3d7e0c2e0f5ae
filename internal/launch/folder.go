package launch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const (
	// longestSocket is the longest path of a Unix socket that every Unix takes.
	longestSocket = 103
	// ownPart is what is added to the base: this launch's folder, go-plugin's in it, and the socket.
	ownPart = len("/oceanid-1234567890/plugin-dir1234567890/plugin1234567890")
)

// newFolder makes the private folder of one launch, which holds its socket and, while it starts, its keys. The caller removes it.
func newFolder(bases ...string) (string, error) {
	var failed []error
	for _, base := range bases {
		if base == "" || !filepath.IsAbs(base) {
			continue
		}
		if len(base)+ownPart > longestSocket {
			failed = append(failed, fmt.Errorf("%s: its name is too long for a Unix socket in it", base))
			continue
		}
		dir, err := os.MkdirTemp(base, "oceanid-") // 0700
		if err == nil {
			return dir, nil
		}
		failed = append(failed, err)
	}
	return "", fmt.Errorf("no folder for the driver's socket: %w; set TMPDIR to a folder that the host may write to", errors.Join(failed...))
}
