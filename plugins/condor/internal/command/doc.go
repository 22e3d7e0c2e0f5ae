// Package command checks and writes the submit commands that a user gives with a job (scheduler.Job.Options): "any submit command, typed and escaped".
//
// A submit description is a program. What a user writes must stay the value of the one command that it is given for: it holds no control character, ends in no
// backslash (which would join the next line), and a dollar that would begin a macro is written $(DOLLAR). What cannot be carried exactly is refused. The
// commands by which the driver itself says what runs, with which files, and how it is followed, are refused as well; the rest of HTCondor's
// have a type (see known). What the table does not have is the pool's to judge: condor_submit tells what it did not use ([Unused]).
package command
