// Package eventlog reads HTCondor's job event log in its text form.
//
// The form is that of the manual's chapter "Managing a Job", section "Logging and Events", and of src/condor_utils/condor_event.cpp:
//
//	005 (123.004.000) 2026-11-22 16:10:47 Job terminated.
//		(1) Normal termination (return value 3)
//	…
//	...
//
// A header with the event's number, the job and the local time of the access point; lines that belong to it; a line of three dots. HTCondor
// appends each event by one write(2), so events never interleave; but a reader may meet one that is not whole yet, and a full disk may cut one short.
// [Reader] tells no event before it is whole, and after a cut one it goes on at the next header and says so.
package eventlog
