// Package host is what a portal embeds: it loads Oceanid's drivers, keeps named schedulers and their jobs, and hands both out.
//
//	h, err := host.Open(ctx, host.Options{Config: "config.hcl"})
//	defer h.Close(ctx)
//
//	s, err := h.GetScheduler(ctx, "Default")
//	job, err := s.Submit(ctx, scheduler.Job{Name: "flood", Command: "/opt/model/run", Args: []string{"--basin", "7"}})
//	for event, err := range job.Watch(ctx) {
//		…
//	}
//
// # Schedulers
//
// A scheduler has a name, a type (that of its driver) and a configuration, whose secrets are sealed when it is kept. Those that the configuration file
// defines are managed by it; others are made with [Host.CreateScheduler] and friends, and exist for nobody else until [Scheduler.Save].
//
// # Jobs
//
// [Scheduler.Submit] writes down the intent before the pool hears of it, under a token that tags the job at the pool. Whatever crashes then, and
// whenever, the job is at the pool once; with a key the same wish, repeated, is the same job. Its state is followed by one process of the fleet and read from the
// store: asking costs the pool nothing. A job ends once, and what is heard later changes nothing. [Scheduler.SubmitWorkflow] runs a graph of jobs as one.
//
// [Host.OnEvent] is where a portal processes results: its handlers are told of the end of each job at least once, whatever crashes.
//
// # Errors
//
// Errors are faults of package sdk/fault: errors.Is(err, fault.NotFound). Everything here is safe for concurrent use.
package host
