package drivertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Check is one promise that drivers make, and that the suite holds them to.
type Check struct {
	// Name is "GROUP/WORDS", such as "submit/same-token-twice". It never changes its meaning.
	Name string `json:"name"`
	// Group is the part of Name before the slash.
	Group string `json:"group"`
	// Promise is what a driver promises, in one sentence.
	Promise string `json:"promise"`
	// Contract is where it does: a method of package scheduler, and a place in the protocol.
	Contract string `json:"contract"`
	// Service is the optional service that the check belongs to, by its full name; empty: it is about every driver.
	Service string `json:"service,omitempty"`
	// Required tells that every driver must pass it.
	Required bool `json:"required"`
}

// Checks are all the checks, group by group, in the order in which a report shows them.
func Checks() []Check {
	all := catalogue()
	list := make([]Check, len(all))
	for i, c := range all {
		list[i] = c.Check
	}
	return list
}

// check is a promise with the way to test it.
type check struct {
	Check
	// advice is what the driver's author should do when it fails.
	advice string
	// run returns nil where the promise is kept, an inapplicable where it cannot be tested, and else what was seen.
	run func(context.Context, *trial) error
}

// group makes the checks of one group. Its checks are Required where service is empty.
func group(name, service, contract string, checks ...check) []check {
	for i := range checks {
		c := &checks[i]
		c.Group, c.Name, c.Service = name, name+"/"+c.Name, service
		c.Required = service == ""
		if c.Contract == "" {
			c.Contract = contract
		}
	}
	return checks
}

// of is a check of a group. contract, where it is not empty, is a more exact place than the group's.
func of(name, promise, contract, advice string, run func(context.Context, *trial) error) check {
	return check{Check: Check{Name: name, Promise: promise, Contract: contract}, advice: advice, run: run}
}

// exactlyOnce are the checks of what a driver may say that it cannot promise: sdk.Plugin.AtLeastOnce.
func exactlyOnce() []string {
	return []string{
		"submit/same-token-twice", "submit/same-token-after-the-end", "submit/same-token-at-once", "workflows/same-token-twice",
		"faults/kill-during-submit", "faults/two-processes",
	}
}

func catalogue() []check {
	return slices.Concat(
		pluginChecks(),
		submitChecks(),
		queryChecks(),
		cancelChecks(),
		arrayChecks(),
		exactChecks(),
		stateChecks(),
		errorChecks(),
		honestyChecks(),
		limitChecks(),
		eventChecks(),
		logChecks(),
		uploadChecks(),
		downloadChecks(),
		holdChecks(),
		workflowChecks(),
		batchChecks(),
		suspendChecks(),
		removalChecks(),
		findChecks(),
		explanationChecks(),
		inspectionChecks(),
		probeChecks(),
		unreachableChecks(),
		faultChecks(),
	)
}

// inapplicable says why a promise cannot be tested with this driver on this pool.
type inapplicable struct{ why string }

func (e *inapplicable) Error() string { return e.why }

func notApplicable(format string, args ...any) error {
	return &inapplicable{fmt.Sprintf(format, args...)}
}

// saw is a promise broken: what was seen, and what should have been.
func saw(format string, args ...any) error { return fmt.Errorf(format, args...) }

// outcomeOf reads what a check returned.
func outcomeOf(err error) (outcome, problem string) {
	var n *inapplicable
	switch {
	case err == nil:
		return Passed, ""
	case errors.As(err, &n):
		return NotApplicable, n.why
	}
	return Failed, err.Error()
}
