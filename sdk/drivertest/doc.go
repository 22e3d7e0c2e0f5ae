// Package drivertest proves that a driver keeps what the protocol promises. It starts the driver as a host does, in a process of its own, talks to it over
// the real wire, runs small jobs on its pool, kills and stops it in the middle of every verb, and says of each promise whether it was kept.
//
// A driver may be written in any language: [Run] wants an executable, and so does the command `oceanid drivers conform`. A driver in Go is tested from its
// own tests, without being built first:
//
//	func TestConformance(t *testing.T) {
//		drivertest.Scheduler(t, sdk.Scheduler("slurm", version, New), Config{Host: "head.example.org"})
//	}
//
// [Checks] lists what is looked at. A check that is Required belongs to what every driver must do; the others belong to a capability, a service that
// the driver may serve or leave out. What is left out must be left out honestly, and that is a check too.
//
// # What a pool needs
//
// Jobs use /bin/sh and the core utilities and nothing else, and ask for no resources. A job says by its exit code whether it was given what it should be, so
// that a driver without logs and downloads is tested as strictly as one with them. Where the pool's machines see the folders of the machine that the
// suite runs on, jobs leave marks in one, and the suite counts how often each ran.
//
// Checks run at the same time, each with jobs of its own, and wait for conditions and never for times, so the speed of the pool hardly adds up. None
// needs two tasks to run at once. Everything that a check has submitted it cancels.
package drivertest
