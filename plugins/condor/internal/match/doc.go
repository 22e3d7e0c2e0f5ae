// Package match takes a job's Requirements apart, so that each condition can be put to the pool's machines by itself: the one that none of them meets is why the
// job waits.
package match
