package main

import (
	"os"

	"github.com/oceanid/oceanid/sdk"
)

const version = "0.1.0"

func main() {
	if code, ok := asKeeper(os.Args[1:]); ok {
		os.Exit(code)
	}
	sdk.Main(plugin())
}

func plugin() sdk.Plugin {
	return sdk.Scheduler("local", version, New).Doc("Runs jobs as processes on the host's own machine, without a limit to their memory or disk.")
}
