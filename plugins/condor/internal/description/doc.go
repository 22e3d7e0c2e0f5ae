// Package description writes what HTCondor is given of a job: the submit description, and the script that runs each of its tasks.
//
// # Why a script
//
// A submit description is a program: values are split into lines, macros are expanded in them after quoting ($(X), $ENV(X), $INT(X) …), again when the job is
// matched ($$(X), $$([…])), and there is no way to write a newline. Instead of escaping a job's values for that language, they never enter it: the
// command, the arguments, the environment, the names of inputs and outputs are written into a POSIX shell script in single quotes, where every byte but
// NUL stands for itself; HTCondor transfers the script and runs "/bin/sh task.sh INDEX". What differs from task to task (the rows of an array's
// Args) is an argument of the script, packed into letters, digits and a few signs that mean nothing in a submit description ([Pack]).
// So no value can become a submit command, a macro, or a word of the shell, by construction and not by care.
// The one user's text that the description holds is the job's name ([batchName]).
//
// # What the script does
//
// It goes into work, the folder of the inputs, and becomes the task by exec: the exit code or signal that HTCondor sees is the task's own, exactly; a
// shell that stays in between could not tell exit code 137 from signal 9.
//
// After the task, HTCondor runs "/bin/sh task.sh gather" (job attributes PostCmd and PostArguments, in the manual's "Job ClassAd Attributes"), on the same
// machine and before the transfer of outputs: it packs the outputs into results.tar. HTCondor holds a job for ever when a file that it shall transfer is
// missing; results.tar never is, whatever the task did not leave. And nothing that a task may leave (a link to /etc, a pipe, a name with a comma) is ever
// an order to HTCondor's own file transfer.
//
// HTCondor 24 and later do not run PostCmd unless the machine's owner lets them. There the script of a job that names outputs stays, and packs them itself
// when the task has ended; SIGTERM it hands on. It ends by the task's signal or with its exit code, but for exit codes above 128, which a shell cannot tell
// from signals.
package description
