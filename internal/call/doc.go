// Package call is the host's end of a driver: one [Scheduler] for each named scheduler, with the very interfaces that the driver's author
// implemented. It starts the driver when it is needed, configures the instance when the driver does not know it, puts a deadline on every call,
// repeats what may be repeated when the driver's process went away under it, and gives errors their kinds back.
//
// All calls to one driver pass its [Bulkhead]: a scheduler whose pool does not answer uses up its own share, and who finds no place is told so at once.
// There they are counted ([Metrics]); each carries the id of a request ([WithRequest]), which the logs of host and driver name, and may be a span
// ([Tracing]). What a driver tells that cannot be is refused: nothing of it comes into a record.
package call
