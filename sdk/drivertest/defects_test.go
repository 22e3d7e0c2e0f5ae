package drivertest_test

import "maps"

// defects are drivers that each do one thing wrong, by name.
func defects() map[string]defect {
	all := map[string]defect{}
	for _, some := range []map[string]defect{stateDefects(), jobDefects(), protocolDefects(), serviceDefects(), laterDefects()} {
		maps.Copy(all, some)
	}
	return all
}
