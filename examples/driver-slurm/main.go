// Command oceanid-slurm is a driver for Slurm, written as anybody outside Oceanid would write one: see README.md.
package main

import "github.com/oceanid/oceanid/sdk"

const version = "0.1.0"

func main() { sdk.Main(plugin()) }

func plugin() sdk.Plugin {
	return sdk.Scheduler("slurm", version, New).Doc("Runs jobs on a Slurm cluster, over SSH or on this machine.")
}
