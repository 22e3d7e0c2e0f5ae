package main

import (
	"os"
	"testing"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

// Not parallel: other tests kill what serves connections, and fill the pool.
func TestConformance(t *testing.T) {
	c := account(t, "ben")
	c.Directory = "~/" + newToken()
	drivertest.Scheduler(t, plugin(), c)
}

// The same without a host: this binary goes to the access point, and the suite runs there.
func TestConformanceOnAccessPoint(t *testing.T) {
	if os.Getenv(onAccessPoint) != "" {
		drivertest.Scheduler(t, plugin(), Config{Directory: "~/" + newToken()})
		return
	}
	const program = "/home/ben/conform.test"
	if err := condor(t).CopyIn(t.Context(), "ben", must(os.Executable()), program); err != nil {
		t.Fatal(err)
	}
	out, err := condor(t).Run(t.Context(), "ben", "env", onAccessPoint+"=conform", program, "-test.run=^"+t.Name()+"$", "-test.v")
	if err != nil {
		t.Errorf("%s%v", out, err)
	}
}
