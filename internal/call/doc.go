// Package call is the host's end of a driver: one [Scheduler] for each named scheduler, with the very interfaces that the driver's author
// implemented. It starts the driver when it is needed, configures the instance when the driver does not know it, puts a deadline on every call,
// repeats what may be repeated when the driver's process went away under it, and gives errors their kinds back.
package call
