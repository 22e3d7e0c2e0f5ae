package main

import (
	"testing"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

// Not parallel: other tests kill what serves connections, and fill the pool.
func TestConformance(t *testing.T) {
	c := account(t, "ben")
	c.Directory = "~/" + newToken()
	drivertest.Scheduler(t, plugin(), c)
}
