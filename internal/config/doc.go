// Package config reads what an operator wrote, in HCL, in HCL's JSON syntax, on the command line or in Go, checks it against the schema that a
// driver published, and says everything that is wrong with it at once, at the line where it stands.
//
//	file, err := config.Load("config.hcl")          // the plan: store, drivers, schedulers, rules
//	wanted, err := config.LoadJobs("jobs.hcl")      // jobs and workflows to submit
//	values, err := file.Decode(block, schema)       // one scheduler's configuration as canonical JSON, secrets apart
//	warnings, err := file.Locate(block, schema, d)  // the driver's own objections, at the operator's lines
//
// # The file
//
//	driver_dir = "./plugins"
//	store                         { address | path, keeper, username, password }
//	driver    "TYPE"              { path, checksum, version, env = { … }, idle, limits { … }, restart { … } }
//	jobs                          { keep, keep_files, lost_after, stale, results }
//	quota                         { scheduler, user, jobs, tasks }
//	job       "NAME"              { scheduler, command, args, … array { … }, resources { … }, policy { … retry { … } } }
//	workflow  "NAME"              { scheduler, … node "NAME" { command, after, … } }
//	scheduler "TYPE" "NAME"       { … what the schema of the driver says … }
//	cluster   "TYPE" "NAME"       { … }
//
// Paths in driver_dir, driver.path, store.path, jobs.results, and those of a job's inputs and results are relative to the folder of the file and may begin
// with ~. A scheduler's name is unique among all schedulers, of whatever type, that of a job among jobs and workflows. Jobs and workflows may as well have a
// file of their own (LoadJobs); their fields are those of scheduler.Job and scheduler.Workflow, sizes with a unit.
//
// Values are HCL expressions without variables. The functions are env("NAME"), env("NAME", "default"), file("path"), and upper, lower,
// title, trimspace, trim, trimprefix, trimsuffix, chomp, substr, format, join, split and replace. The result of file is the content of a regular
// UTF-8 file of at most 1 MiB without its last line ending, which editors and echo append; a relative path is relative to the folder of the
// configuration file.
//
// HCL converts freely; this package does not: a number where text is expected is refused, because 1.20 and 007 lose what was meant. Text is taken for a
// number or a bool where it is one, because env can only give text. A duration is text with a unit.
//
// # Secrets
//
// No error of this package contains the value of an attribute that its schema calls sensitive, nor one that came from env or file, neither in words nor in the
// line of source that it quotes: there an ellipsis stands for it. Until a schema says what is public, the values in a scheduler's block all count as
// secrets. In a file that does not parse nothing is reliably a name or a value, so that only the beginnings of its lines are quoted.
package config
