// Package supervise keeps one driver usable: it starts it when it is first needed, restarts it when it crashes, and gives up for a while when that
// does not help.
//
// A driver is in one of these states:
//
//	stopped      → starting     somebody wants to use it
//	starting     → ready        it answers
//	             → backing off  it did not start, and trying again may help
//	             → failed       it did not start, and trying again would not help
//	ready        → backing off  it crashed
//	             → draining     Stop
//	backing off  → starting     the delay is over
//	             → failed       it crashed too often
//	failed       → starting     somebody wants to use it, and the last try is long enough ago (one try: back to failed if that fails)
//	draining     → stopped      it has ended
//
// Stop leads from every state to stopped; Close does, and stays there.
package supervise
