package main

import (
	"testing"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	// Many checks run at once on few processors, and what they run mostly waits.
	drivertest.Scheduler(t, plugin(), Config{Slots: 64})
}
