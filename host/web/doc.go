// Package web is the first page of a host: its schedulers and jobs, live, as one http.Handler that a portal mounts.
//
//	mux.Handle("/compute/", web.New(h, web.Options{Path: "/compute/"}))
//
// It only reads, and nothing on it is secret; but it asks nobody who they are: whoever reaches it sees all jobs. Mount it behind the portal's own login, or on
// loopback.
//
// The pages are HTML from the server and work without JavaScript, reloading themselves. With it, the same address is a stream of Server-Sent Events that
// brings the page up to date within a second or two. All viewers of a page share what is read for it, and what a page shows of a job's state comes from the store, never
// from a pool; only the end of a task's output is read there, every few seconds at most, and only while somebody looks.
//
// Under /api/ is the same as JSON: /api/schedulers, /api/drivers, /api/jobs (?state=&scheduler=&user=&after=&limit=) and /api/jobs/ID.
package web
