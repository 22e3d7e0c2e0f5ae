// Package supervise keeps one driver usable: it starts it when it is first needed, restarts it when it crashes or hangs, gives up for a while when that
// does not help, stops it when nobody uses it, and puts a new form of it in its place without cutting a call.
//
// A driver is in one of these states:
//
//	stopped      → starting     somebody wants to use it
//	starting     → ready        it answers
//	             → backing off  it did not start, and trying again may help
//	             → failed       it did not start, and trying again would not help
//	ready        → ready        Replace: a new generation was started beside it and is proven
//	             → backing off  it crashed, or gave no sign of life while it was in use and was killed
//	             → draining     Stop, or nobody has used it for long
//	backing off  → starting     the delay is over
//	             → failed       it crashed too often
//	             → ready        Replace: the new generation was started while the old one still ran
//	             → stopped      Replace: the new form is to be started when it is needed
//	failed       → starting     somebody wants to use it, and the last try is long enough ago (one try: back to failed if that fails)
//	             → ready        Replace, as above
//	             → stopped      Replace, as above
//	draining     → stopped      it has ended
//
// Stop leads from every state to stopped; Close does, and stays there. Whoever wants to use a driver that is draining waits and gets the next generation.
//
// Each start is a generation, and a lease is the use of one. One generation is given out at a time; those that were replaced, or hang, leave beside it:
// a replaced one is stopped when the last of its leases is released, or after a time that is longer than any call's.
//
// A generation has one goroutine from its start to its end. It sleeps unless the driver is in use, when it asks for signs of life, or could become idle;
// a driver that does not run costs nothing.
package supervise
