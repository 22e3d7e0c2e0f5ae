package drivertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// A driver that says that it runs jobs at least once is not held to what it does not promise, and to all else.
func TestAtLeastOnceIsNotHeldToOnce(t *testing.T) {
	t.Parallel()
	names := Checks()
	for _, name := range exactlyOnce() {
		if !slices.ContainsFunc(names, func(c Check) bool { return c.Name == name }) {
			t.Errorf("there is no check %s", name)
		}
		s := &suite{described: &pluginv1.DescribeResponse{AtLeastOnce: "the pool has no names"}}
		if outcome, why := outcomeOf(s.attempt(t.Context(), check{Check: Check{Name: name}})); outcome != NotApplicable || !strings.Contains(why, "the pool has no names") {
			t.Errorf("%s: %s, %s", name, outcome, why)
		}
	}
}
