package main

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/fault"
)

// wantFault checks an error's kind and that it says each of these.
func wantFault(t *testing.T, err error, kind fault.Kind, says ...string) {
	t.Helper()
	if fault.Of(err) != kind {
		t.Errorf("kind %q, not %q: %v", fault.Of(err), kind, err)
		return
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("it does not say %q: %v", s, err)
		}
	}
}
