// Package serve puts a driver behind the services of Oceanid's protocol: it keeps the configured instances, turns messages into the driver's own words,
// and holds what every driver must do and no author should have to write: heartbeats, pages, checksums, recovery from panics, draining.
package serve
