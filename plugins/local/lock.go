package main

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// tryLock takes the lock that the file stands for, if nobody has it. The lock ends with the file that it returns, or with the process.
func tryLock(path string, how int) (*os.File, bool, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	if err = flock(file, how|syscall.LOCK_NB); err == nil {
		return file, true, nil
	}
	file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, false, nil
	}
	return nil, false, err
}

// lockShared makes the file, if it is not there, and takes the lock that it stands for together with others who take it so. It waits only for who holds the lock alone
// for a moment, to ask. The lock ends with the file that it returns, or with the process.
func lockShared(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(file, syscall.LOCK_SH); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// lockedAtAll tells whether anybody has the lock, alone or with others. No file, no lock.
func lockedAtAll(path string) (bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer file.Close()
	err = flock(file, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

func flock(file *os.File, how int) error {
	for {
		if err := syscall.Flock(int(file.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
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
