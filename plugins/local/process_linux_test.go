package main

import (
	"os/exec"
	"testing"
)

// A process that is just being replaced by another program has no environment for a moment: whoever looks for it then must find it as well, or what is to be
// stopped or killed gets away.
func TestMarkIsFoundWhileProgramIsReplaced(t *testing.T) {
	t.Parallel()
	mark := "OCEANID_TEST_MARK=" + newToken()
	again := exec.CommandContext(t.Context(), "sh", "-c", `exec sh -c "$0" "$0"`, `exec sh -c "$0" "$0"`)
	again.Env = append(again.Environ(), mark)
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	defer again.Wait()
	defer again.Process.Kill()
	for i := range 5000 {
		if !hasMark(again.Process.Pid, []string{mark}) {
			t.Fatalf("look %d: the process was not found", i)
		}
	}
}
