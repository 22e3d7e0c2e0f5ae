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
		device:  s.Dev,
		inode:   s.Ino,
		size:    s.Size,
		changed: time.Unix(int64(s.Ctim.Sec), int64(s.Ctim.Nsec)),
	}, true
}
