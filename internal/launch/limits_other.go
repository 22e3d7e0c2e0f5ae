//go:build !linux

package launch

import (
	"os/exec"
	"runtime"
)

// Unenforced says, a sentence each, what of the limits does not hold on this machine; nil: all does.
func (l Limits) Unenforced() []string {
	if l == (Limits{}) {
		return nil
	}
	return []string{"the limits of memory, files and processes do not hold: they need Linux, and this is " + runtime.GOOS}
}

func (Limits) begin(cmd *exec.Cmd) (begun *exec.Cmd, late, err error) { return cmd, nil, cmd.Start() }

// measure has nothing to measure with.
func measure(int) usage { return usage{} }
