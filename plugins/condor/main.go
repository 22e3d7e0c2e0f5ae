package main

import "github.com/oceanid/oceanid/sdk"

const version = "0.1.0"

func main() { sdk.Main(plugin()) }

func plugin() sdk.Plugin {
	return sdk.Scheduler("condor", version, reach).Doc("Runs jobs on an HTCondor pool: over SSH, with the tools on the host's own machine, or with these and a token against the schedd of another one.")
}
