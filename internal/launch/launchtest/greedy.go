package launchtest

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// leak uses ever more memory until it is stopped: slowly, some megabytes a second of many small pieces, or quickly, all that it gets at once.
func leak(how string) {
	piece, pause := 512<<10, 20*time.Millisecond
	if how == "quickly" {
		piece, pause = 64<<20, 0
	}
	all := map[int][]byte{}
	for {
		b := make([]byte, piece)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		all[len(all)] = b
		time.Sleep(pause)
	}
}

// open opens files until n are open or no more can be, and closes them.
func open(n int) string {
	held := make([]*os.File, 0, n)
	var err error
	for len(held) < n && err == nil {
		var f *os.File
		if f, err = os.Open(os.DevNull); err == nil {
			held = append(held, f)
		}
	}
	for _, f := range held {
		err = errors.Join(err, f.Close())
	}
	return fmt.Sprintf("%d %v", len(held), err)
}
