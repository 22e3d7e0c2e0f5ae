package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/sdk"
)

// build says what this program was built from.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	SDK      string `json:"sdk"`
	Go       string `json:"go"`
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the version",
		Example: "  oceanid version -o json",
		Args:    arguments(),
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			if a.format == asJSON {
				return a.document(b)
			}
			_, err := fmt.Fprintf(a.out, "oceanid %s (SDK %s, %s)\n", b.Version, b.SDK, b.Go)
			return err
		},
	}
}

func thisBuild() build {
	b := build{Version: "unknown", SDK: sdk.Version}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Version, b.Go = info.Main.Version, info.GoVersion
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Revision = s.Value
		}
	}
	return b
}
