package main

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

// patient is a suite that waits as long as the tests do.
var patient = drivertest.Options{Patience: patience, Unreachable: json.RawMessage(`{"host": "127.0.0.1:1", "username": "ben", "password": "x", "timeout": "1s"}`)}

// Not parallel: it has enough to do by itself. It has a user of its own, whose jobs wait behind no other test's.
func TestConformance(t *testing.T) {
	c := account(t, "cyd")
	c.Directory = "~/" + newToken()
	drivertest.Scheduler(t, plugin(), c, patient)
}

// byTheWay are the checks that the way to the access point has a part in.
var byTheWay = regexp.MustCompile("^(submit|cancel|uploads|downloads|logs|events|batches|limits)/|^faults/[^ks]|^faults/kill-(during|after|submit|query|upload|download|tail)")

// The same without a host, as far as that makes a difference: this binary goes to the access point, and the suite runs there.
func TestConformanceOnAccessPoint(t *testing.T) {
	t.Parallel()
	if os.Getenv(onAccessPoint) != "" {
		o := patient
		o.Only = byTheWay
		drivertest.Scheduler(t, plugin(), Config{Directory: "~/" + newToken()}, o)
		return
	}
	const program = "/home/eve/conform.test"
	if err := condor(t).CopyIn(t.Context(), "eve", must(os.Executable()), program); err != nil {
		t.Fatal(err)
	}
	out, err := condor(t).Run(t.Context(), "eve", "env", onAccessPoint+"=conform", program, "-test.run=^"+t.Name()+"$", "-test.v")
	if err != nil {
		t.Errorf("%s%v", out, err)
	}
}
