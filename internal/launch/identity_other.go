//go:build !linux

package launch

import "io/fs"

// Elsewhere a file is read whenever its checksum is asked for: the fields that prove that it is unchanged have another name on every system.
func identify(fs.FileInfo) (identity, bool) { return identity{}, false }
