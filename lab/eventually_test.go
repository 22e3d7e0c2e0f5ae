package lab_test

import (
	"testing"
	"time"
)

// eventually fails the test when the condition, which returns what is still
// wrong, does not hold in time.
func eventually(t *testing.T, condition func() string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		wrong := condition()
		if wrong == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still: %s", wrong)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
