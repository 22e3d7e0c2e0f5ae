package access

import (
	"fmt"
	"io"
	"strings"
	"sync"
)

// ScriptError is a script that ran and failed.
type ScriptError struct {
	// Name is the script's.
	Name string
	// Code is its exit code; 0 where a signal ended it.
	Code int
	// Signal names the signal that ended it: "KILL".
	Signal string
	// Stderr is the last that it wrote to standard error, without space around it.
	Stderr string
}

// Error names the script, how it ended, and what it said.
func (e *ScriptError) Error() string {
	how := fmt.Sprintf("exit code %d", e.Code)
	if e.Signal != "" {
		how = "signal " + e.Signal
	}
	if e.Stderr == "" {
		return fmt.Sprintf("%s: %s", e.Name, how)
	}
	return fmt.Sprintf("%s: %s: %s", e.Name, how, e.Stderr)
}

// mostStderr is how much of a script's standard error is kept.
const mostStderr = 8 << 10

// lastWords is a writer that keeps the last bytes written to it, and may pass them on.
type lastWords struct {
	mu   sync.Mutex
	kept []byte
	copy io.Writer // may be nil
}

func (w *lastWords) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept = append(w.kept, b...)
	if over := len(w.kept) - mostStderr; over > 0 {
		w.kept = append(w.kept[:0], w.kept[over:]...)
	}
	if w.copy != nil {
		return w.copy.Write(b)
	}
	return len(b), nil
}

func (w *lastWords) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.TrimSpace(strings.ToValidUTF8(string(w.kept), "\ufffd"))
}
