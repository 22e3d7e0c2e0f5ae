// Package proto holds Oceanid's protocol in the language that every other language reads, and landed.binpb: what of it has landed. There is no Go code
// here; what is generated from it is in internal/wire, and docs/protocol.md tells how it is spoken.
package proto
