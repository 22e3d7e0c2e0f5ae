// Package sdk is all that the author of an Oceanid driver needs, besides the vocabulary in sdk/scheduler and sdk/fault.
//
// A driver is a program whose main function is one line:
//
//	func main() { sdk.Main(sdk.Scheduler("slurm", version, New)) }
//
// New makes the driver of one named scheduler from its configuration; three verbs make a driver ([scheduler.Driver]), and each optional interface of
// package scheduler that the driver's type has becomes a capability:
// [scheduler.Watcher], [scheduler.LogStreamer], [scheduler.Uploader], [scheduler.Downloader], [scheduler.Holder], [scheduler.WorkflowRunner] and
// [scheduler.Prober]; and, for many jobs and for jobs that last, [scheduler.Batcher], [scheduler.Finder], [scheduler.Remover], [scheduler.Suspender],
// [scheduler.Explainer], [scheduler.Inspector] and [scheduler.OptionTaker].
//
// # The configuration
//
// The tags of the configuration's struct are its schema: the host decodes the operator's HCL with it, points at the line of a mistake, fills in
// defaults, hides and seals secrets, and makes the reference page from it.
//
//	type Config struct {
//		Host    string        `oceanid:"host"                doc:"Head node, host[:port]."`
//		Token   sdk.Secret    `oceanid:"token,optional"      doc:"API token. Never logged."`
//		Timeout time.Duration `oceanid:"timeout,default=30s" doc:"Limit of the first connection."`
//		Queues  []Queue       `oceanid:"queue,block,optional" doc:"Queues that may be used."`
//	}
//
// A field without "optional" or "default=" is required. Types: string, bool, int, int64, float64, time.Duration (written "30s"), [Secret], lists and maps of
// them, and nested structs as blocks. "one_of=a|b" limits a string. "default=" comes last, because it may hold commas.
//
// # The process
//
// The host starts a driver when it is first needed and may stop it at any time; it dies with its host. Whatever must survive lives at the pool, or in
// [Env].Dir. Standard output and error go to the host's log; use [Env].Log, which names the scheduler.
package sdk
