// Package scheduler is the vocabulary of jobs: what a portal submits, what a driver is asked to do, and what both are told about it.
//
// A driver is three verbs ([Driver]). Everything else that a pool may be able to do is an optional interface of one or two methods: the SDK finds the ones that a
// driver has, and the host offers exactly those.
//
//   - [Watcher] tells changes as they happen, [Finder] which jobs the pool has: a host that has lost some finds them again.
//   - [Batcher] takes many jobs at once, [WorkflowRunner] graphs of jobs, [OptionTaker] what only this kind of pool understands.
//   - [Holder] and [Suspender] stop what waits and what runs; [Remover] clears away what a job has left.
//   - [Uploader], [Downloader] and [LogStreamer] bring files and output.
//   - [Prober] tests the connection, [Explainer] says why a task waits, [Inspector] what the pool is made of.
//
// # A job
//
// A [Job] is one program with its arguments, environment and files, run once or, with an [Array], once for each of its tasks. Each task runs
// in an empty working directory of its own that holds the job's inputs; the outputs that it names are fetched from there.
// Whatever the number of tasks, a job is one thing: one identifier at the pool, one record in the store, counts by state.
//
// # States
//
// A task goes from [Pending] (kept by the host) to [Queued] (the pool has it), [Running], and to one of [Succeeded], [Failed], [Cancelled]
// or [Lost]; it may be [Held] or [Suspended] in between. The words are those of DRMAA2 and PSI/J. A terminal state never changes again.
package scheduler
