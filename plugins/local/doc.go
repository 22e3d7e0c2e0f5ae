// Command local is the driver of schedulers that run jobs as processes on the host's own machine, as the host's user.
//
// # The keeper
//
// A driver dies with its host; a job must not. So the driver only writes down what is wanted and reads what became of it, and one keeper for each
// scheduler folder does the rest: a process in a session of its own, started from the driver's own program by whichever driver finds work and no keeper,
// that ends once it has had nothing to do for 10 s. A file lock makes it the only one. Tasks are its children, so their exit codes are known; they
// wait for their slots and run on while there is no driver at all. On SIGTERM it starts nothing more and ends when the running tasks have. (A service manager that kills by
// control group kills keepers as well: a portal's systemd unit needs KillMode=process for jobs to outlive it.)
//
// A keeper may be killed. Before it starts a task it has on the disk that it will, so that no task ever runs twice. The next keeper finds what
// still runs, by process number and start time, or by the variables in its environment, and goes on watching over it: cancelling and
// limits work as before. Only the exit code of such a task is known to nobody; it is lost, and never called failed or succeeded.
//
// # The folder
//
// It belongs on a local disk, with locks and hard links. Any number of drivers, of any number of hosts on the machine, may have it open.
//
//	id                        a word made by chance when the folder was
//	keeper.lock, keeper.log
//	control/settings.json     what the driver that opened the folder last was configured with
//	control/TOKEN             a job that has not ended
//	control/TOKEN.cancel      a job that shall be cancelled
//	control/TOKEN.hold        a job of which no more tasks shall begin
//	control/TOKEN.suspend     a job whose tasks that ran when it was last written shall be stopped
//	uploads/TOKEN/…           inputs of a job that is not submitted yet
//	staging/                  what is being made, before it is renamed to its place, or removed
//	jobs/TOKEN/job.json       the job as it was submitted
//	jobs/TOKEN/inputs/…       its inputs
//	jobs/TOKEN/journal        one JSON line for each change of a task: the truth about the job
//	jobs/TOKEN/tasks/0/7/     task 7, made when it starts: work (its working directory), stdout, stderr
//	jobs/TOKEN/cancelled      instead of all else, where the job was cancelled before it was submitted
//	events/0000000001.jsonl   one JSON line for each change of any task, for watchers
//	forgotten/TOKEN           an empty file for a job that was removed
//
// A job is submitted when its folder is renamed to jobs/TOKEN. Whatever acknowledges something has it on the disk first. A journal is
// rewritten, with neighbouring tasks that are alike as one line, whenever it has grown long and when the job ends. Of the events the last 64 MiB stay; a
// watcher that comes later than that is told to ask anew. A job's folder is removed when it has been ended for as long as the operator
// wants it kept, by the next keeper that is started for anything; the empty file stays, for a token never makes a second job.
//
// # What a task gets
//
// A working directory with its own copies of the inputs; PATH, HOME, USER, LANG, TZ and TMPDIR as the driver has them, the job's variables, and those of
// package scheduler; /dev/null or an input as its standard input. A task takes as many slots as it asks for CPUs. Memory and disk are only compared with
// what the machine has, so that a task that can never fit is refused: nothing keeps a task to what it asked for. Tasks run as the host's user and can read
// whatever it can: this scheduler keeps jobs from disturbing each other by accident, not by intent. A task ends when its program does: what is left of its process group is then killed. A task that is cancelled or over its run time is ended with
// SIGTERM and after 5 s with SIGKILL, on Linux with the descendants that have left its process group. One that is suspended is stopped with SIGSTOP, and so are
// they; it keeps its slots, and its run time goes on.
package main
