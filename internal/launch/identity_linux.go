package launch

import (
	"io/fs"
	"syscall"
	"time"
)

func identify(info fs.FileInfo) (identity, bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}, false
	}
	return identity{
		Device:  uint64(s.Dev),
		Inode:   s.Ino,
		Size:    s.Size,
		Changed: time.Unix(int64(s.Ctim.Sec), int64(s.Ctim.Nsec)).UnixNano(),
	}, true
}
