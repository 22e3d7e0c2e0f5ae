//go:build !race

package launch_test

// raced tells that this test, and the driver that it starts, are built with the race detector.
const raced = false
