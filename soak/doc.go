// Package soak holds no code, only the tests that wear a host out. A portal in a process of its own submits the sample model again and again and is killed
// (kill -9) at random moments, its drivers with it; an oracle then counts what ran at the pool. And drivers are upgraded a hundred times under callers of
// whom none may notice, and killed a thousand times, after which the host holds no more than before. And two portals
// on one Redis fulfil the same wishes while all that stands between a wish and the pool is killed: `make soak` does that ten thousand times.
package soak
