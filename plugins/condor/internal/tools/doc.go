// Package tools makes HTCondor's tools on this machine speak to the schedd of another one, by a token (IDTOKENS) and nothing else.
//
// [Install] makes a folder of small scripts that have the tools' names. Each calls the real tool with an environment and a configuration of its own, so that
// neither the machine's configuration nor the portal's environment has a say, and the same scripts that work at an access point work here, by finding
// these on their PATH. Only two do more: condor_submit spools what a job needs to the schedd and sees it arrive, condor_history asks the schedd.
//
// The token is in a file that only this account can read, in the folder that the configuration names. It is never an argument, a variable or a word of an error.
package tools
