// Package process is the driver's side of its own process: it meets the host's handshake, serves until the host or a signal ends it, dies with its
// host, and keeps the log.
package process
