// Package access reaches a pool's access point, the machine where condor_submit works: over SSH, or on this very machine.
//
// A [Point] does two things: it runs shell scripts, and it reads and writes files. Everything that HTCondor has to say comes through these,
// and the two kinds of Point differ in nothing else.
//
// # One connection
//
// An SSH point keeps one connection, made on first use. Shells that stay on it run the scripts that are quick, each script in one round trip; those that last
// have a session of their own, and one more is for all files. sshd allows ten
// sessions on a connection (MaxSessions in sshd_config(5)); at most nine are used, and scripts that last never take all of them. A
// connection that dies is noticed by a keepalive within half a minute, and replaced on the next use; after a failure the next attempt waits, longer each
// time, and whoever comes in between is told the failure at once.
//
// # Whom it believes
//
// A host's key must be in known_hosts, or pinned in the configuration. An unknown one is refused with the way to trust it, a changed one is refused
// always, whatever the configuration says.
package access
