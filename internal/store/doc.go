// Package store keeps everything that Oceanid keeps: named schedulers with their sealed secrets, jobs with the states of their tasks, events,
// and the leases of those who follow pools. It is Redis through go-redis, and the only package that knows so.
//
// # Where
//
// [Open] takes the URL of a Redis, a Sentinel or a Cluster, or a client that the portal has already. Without either the store is embedded:
// miniredis in the process, behind the same client and the same scripts, with a journal on disk ([Options.Path]). What an embedded store
// acknowledged survives kill -9 of its process and the loss of power. It is for one machine, where a second process joins the first one
// through a socket in the folder, and takes over when the first one ends. Use Redis for a fleet.
//
// # How
//
// All that changes together lives in one slot and is changed by one script: the records of schedulers under the hash tag {schedulers}, and
// everything about the jobs of one scheduler under its {uid}. Scripts see neither clock nor chance (both come as arguments), so that
// replaying them gives the same store again. Every record has a revision, and a write that expected another one changes nothing.
//
// Jobs begin with [Store.Create], which takes their room in the quotas in the same step, and change through [Store.Commit] only, which writes their
// states, the indexes, one event for each change and the follower's cursor in one step. Either may be sent again when its answer got lost on the
// way: it is applied once.
//
// # Keys
//
// The identifier of a job with a key is made of the key ([JobID]), and the job's token at the pool of its identifier. So a Redis that loses its last
// second loses no job: who asks again gets the same identifier, under which the pool has the job, and whoever looks by [Store.Witness] learns that
// the store went back and that what the pool has must be compared with it.
//
// # Errors
//
// They are faults of package sdk/fault. Unavailable means that Redis (or the owner of the embedded store) does not answer now, and
// is the host's: no scheduler is at fault.
package store
