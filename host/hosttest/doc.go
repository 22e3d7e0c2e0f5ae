// Package hosttest gives a portal's own tests a host in one line, and a pool that does what the test says.
//
//	h := hosttest.New(t) // its scheduler "Default" lets every job succeed at once
//
// The host is a real one. Its drivers are served within the test's process, over the same messages as those that have a process of their own; its store is the
// embedded one, in a folder that goes with the test. So a test sees what a portal would see, and no sooner than a portal would see it.
//
// # A pool on cue
//
// With a [Pool] of its own a test decides what becomes of its jobs:
//
//	pool := hosttest.NewPool(t)
//	h := hosttest.New(t, hosttest.WithPool(pool))
//
//	portal.PressButton(h)                // the portal's own code, which submits a job
//	job := pool.Next()                   // waits until it has come to the pool
//	pool.Run(job.Token)                  // Token is the ID that the host gives the job
//	hosttest.WaitFor(t, h, job.Token, scheduler.Running)
//	pool.Fail(job.Token, 3)
//
// The cues take tasks of an array as well: pool.Hold(id, "no licence", 4, 7) holds two of them. What a pool does to a portal on a bad day has cues, too:
// [Pool.RefuseNext], [Pool.Unreachable], [Pool.Delay] and [Pool.Lose].
package hosttest
