package lab

// PID is the lab's first process as this host numbers it.
func (l *Lab) PID() int { return l.box.pid() }

// LinkName is the lab's network interface on this host.
func (l *Lab) LinkName() string { return l.link.name }

// RunDir is the lab's directory on this host.
func (l *Lab) RunDir() string { return l.dir.path }
