// Package dag writes what DAGMan is given of a workflow: the graph, a submit description and a script for each node's job, and DAGMan's configuration.
//
// # What a graph holds of a user's text
//
// A DAG file is a program, as a submit description is: values are quoted in one way, macros expanded in another, and a newline begins a statement. So nothing
// of a user's text gets there but the names of nodes and categories, which are letters, digits and "_.-" (scheduler.Workflow.Check). Commands, arguments,
// environments and the values of variables stand in shell scripts, in single quotes: those of the jobs as package description writes them, those of PRE
// and POST as [Files] does; variables are put in before. DAGMan's VARS statement would have to carry them through two languages and can carry no newline.
//
// # Names
//
// A node is called by its own name, so that condor_q and DAGMan's files show it; a node of a spliced workflow as DAGMan calls it, "outer+inner". A workflow
// within a workflow that is not spliced has a DAGMan, and so a graph, a journal and a log of nodes, of its own ([Graph]).
//
// # Arrays
//
// A node of many tasks is one JOB whose description queues them all. When one task of a node fails DAGMan removes the others: it runs condor_rm with the
// cluster's number. The program that it runs for that, DAGMAN_CONDOR_RM_EXE, is a script that leaves such removals out, so that each task of an array comes to
// its own end, as it does without a workflow; DAGMan waits for all of them in any case.
package dag
