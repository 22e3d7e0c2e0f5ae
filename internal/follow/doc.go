// Package follow brings jobs to the pools, and what becomes of them back into the store.
//
// A [Submitter] writes intents down and carries them to their pools, under tokens that make a second attempt harmless. What arrives together for one
// scheduler goes together: one step of the store, one call of the driver, one step of the store.
//
// For each scheduler with jobs that have not ended there is one follower in the whole fleet of portal processes, that a [Manager] sees to: it holds the
// scheduler's lease, hears the driver's events (or polls, where a driver tells none), works out what changes, and writes states, counts, events and the
// driver's cursor in one step under its fencing token. Its cost follows what changes. What it believes of the news is decided in one place, advance.go.
//
// It also finishes what others began: an intent whose process died before the pool had the job is submitted again under its token, and a
// cancellation that did not reach the pool is asked for again. And it mends what the store has lost, by what the pool has: see adopt.go.
package follow
