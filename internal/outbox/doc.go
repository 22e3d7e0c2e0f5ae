// Package outbox tells handlers of a portal about the events of jobs, each at least once, whatever dies meanwhile. The store keeps for each handler and
// scheduler up to where it was told, what it has to be told again, and what was given up. One process of the fleet at a time tells one handler about one
// scheduler, under a lease with a fence; when that process dies another goes on within seconds. While nothing is due nobody asks the store for anything.
package outbox
