// Package follow brings the states of jobs from the pools into the store. For each scheduler with jobs that have not ended there is one follower in the
// whole fleet of portal processes: it holds the scheduler's lease, hears the driver's events (or polls, where a driver tells none), works out what
// changes, and writes states, counts, events and the driver's cursor in one step under its fencing token. Its cost follows what changes.
//
// It also finishes what others began: an intent whose process died before the pool had the job is submitted again under its token, and a
// cancellation that did not reach the pool is asked for again.
package follow
