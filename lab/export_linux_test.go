package lab

// PID is the lab's first process as this host numbers it.
func (l *Lab) PID() int { return l.box.pid() }

// LinkName is the lab's network interface on this host.
func (l *Lab) LinkName() string { return l.link.name }

// RunDir is the lab's directory on this host.
func (l *Lab) RunDir() string { return l.dir.path }

// LockShared locks the root at dir as a running lab does, until the test ends.
func LockShared(t interface {
	Fatal(...any)
	Cleanup(func())
}, dir string) {
	lock, err := tryLockFile(lockPath(dir), shared)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lock.Close() })
}

// LinkAddrs are the name and the addresses of the nth link: host's, lab's.
func LinkAddrs(n int) (name, host, lab string) {
	l := linkAt(n)
	return l.name, l.host.String(), l.lab.String()
}
