// Package fault is Oceanid's vocabulary of errors: a few kinds that mean the same in a driver, on the wire, in a host and in a portal.
//
// Make an error of a kind, or give a kind to one that you have:
//
//	return fault.NotFound.New("scheduler %q: no such name", name)
//	return fault.Unavailable.New("connect %s: %w", addr, err)
//
// and ask about it anywhere, on either side of a driver's process boundary:
//
//	if errors.Is(err, fault.NotFound) { … }
//
// An error may also say whose fault it is ([Blame]) and when trying again makes sense ([RetryAfter]). An error without a kind is
// [Internal]: nobody thought of it.
package fault
