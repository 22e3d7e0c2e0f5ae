// Package soak holds no code, only the tests that kill: a portal in a process of its own submits the sample model again and again and is killed
// (kill -9) at random moments, its drivers with it; an oracle then counts what ran at the pool.
package soak
