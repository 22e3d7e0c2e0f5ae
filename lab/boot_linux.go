package lab

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// boot makes a lab without services.
func boot(ctx context.Context, release Debian) (_ *Lab, err error) {
	// The root must stay for as long as the lab runs on it.
	rootLock, err := waitLock(ctx, tryLockFile, lockPath(RootDir(release)), shared)
	if err != nil {
		return nil, err
	}
	l := &Lab{rootLock: rootLock}
	l.stop = sync.OnceValue(l.dismantle)
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Stop())
		}
	}()
	if !rootBuilt(release) {
		return nil, errNoRoot(release) // removed while we waited for the lock
	}
	if err := reapRunDirs(ctx); err != nil {
		return nil, err
	}
	if l.dir, err = newRunDir(ctx); err != nil {
		return nil, err
	}
	if l.box, err = startBox(RootDir(release), l.dir.mountPoint()); err != nil {
		return nil, err
	}
	if l.link, err = connect(ctx, l.box.pid()); err != nil {
		return nil, err
	}
	return l, l.box.waitReady(ctx)
}

// dismantle undoes what boot has done, as far as that came.
func (l *Lab) dismantle() error {
	const limit = 10 * time.Second
	ctx, cancel := context.WithTimeoutCause(context.Background(), limit, fmt.Errorf("not done within %s", limit))
	defer cancel()
	var problems []error
	if l.box != nil {
		if l.link.name != "" && l.box.alive() {
			problems = append(problems, l.link.disconnect(ctx))
		}
		problems = append(problems, l.box.stop())
	}
	if l.dir != nil {
		problems = append(problems, l.dir.remove())
	}
	problems = append(problems, l.rootLock.Close())
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("cannot clear the lab away: %w", err)
	}
	return nil
}
