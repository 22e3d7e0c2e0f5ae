// Package feed hands the store's events to any number of readers in one process for the price of one: each scheduler's stream is read once
// for all of them.
package feed
