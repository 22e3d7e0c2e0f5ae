package launch

// Limits are what a driver may use of the machine, together with its children; 0 is unlimited.
type Limits struct {
	// Memory is in bytes.
	Memory int64
	// Files is how many files one of its processes may have open.
	Files int64
	// Processes is how many processes and threads it may have.
	Processes int64
}
