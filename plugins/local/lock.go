package main

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock that the file stands for, if nobody has it. The lock ends with the file that it returns, or with the process.
func tryLock(path string, how int) (*os.File, bool, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	for {
		err = syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err == nil {
		return file, true, nil
	}
	file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, false, nil
	}
	return nil, false, err
}

// locked tells whether somebody has the lock alone. Who asks and hears no must start a keeper: to ask is to hold the lock for a moment,
// which may have kept one from starting.
func locked(path string) (bool, error) {
	file, free, err := tryLock(path, syscall.LOCK_SH)
	if err != nil || !free {
		return err == nil, err
	}
	return false, file.Close()
}
