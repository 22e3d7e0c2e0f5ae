package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"github.com/oceanid/oceanid/internal/scaffold"
	"github.com/oceanid/oceanid/sdk/fault"
)

func newDriversNew(a *app) *cobra.Command {
	var dir, module, sdk string
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Begin a driver of your own, in Go",
		Long: `Writes the beginnings of a driver for schedulers of the type NAME: a Go module of its own
that compiles and passes the conformance suite with a little pool in memory. Its README.md
says what to put in which place.

The driver needs Oceanid's SDK: the version that this command is of, or, with --sdk or when
the command runs in or comes from a checkout of Oceanid, that checkout.`,
		Example: `  oceanid drivers new slurm
  oceanid drivers new slurm --dir ~/src/oceanid-slurm --module example.org/oceanid-slurm`,
		Args: arguments("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := args[0]
			o := scaffold.Options{Name: name, Module: cmp.Or(module, "oceanid-"+name)}
			var err error
			if o.Version, o.SDK, err = a.sdkFor(sdk); err != nil {
				return err
			}
			return a.scaffold(cmd.Context(), cmp.Or(dir, "oceanid-"+name), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&dir, "dir", "", "the new `FOLDER` (default: oceanid-NAME)")
	flags.StringVar(&module, "module", "", "the `PATH` of the new module (default: oceanid-NAME)")
	flags.StringVar(&sdk, "sdk", "", "the `FOLDER` of a checkout of Oceanid whose SDK is used")
	for _, flag := range []string{"dir", "sdk"} {
		complete(cmd, flag, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		})
	}
	return cmd
}

func (a *app) scaffold(ctx context.Context, dir string, o scaffold.Options) error {
	names, err := scaffold.Write(dir, o)
	if err != nil {
		return err
	}
	tidy := exec.CommandContext(ctx, "go", "mod", "tidy")
	tidy.Dir = dir
	said, err := tidy.CombinedOutput()
	if sig := interrupted(ctx); sig != nil {
		return sig
	}
	steps := []string{"cd " + word(dir), "go test ./...", "go run ./cmd/pool"}
	if err != nil {
		a.note("go mod tidy did not work: %v: %s", err, bytes.TrimSpace(said))
		steps = []string{"cd " + word(dir), "go mod tidy", "go test ./..."}
	}
	if a.format == asJSON {
		return a.document(struct {
			Dir    string   `json:"dir"`
			Module string   `json:"module"`
			SDK    string   `json:"sdk"`
			Files  []string `json:"files"`
			Next   []string `json:"next"`
		}{dir, o.Module, cmp.Or(o.SDK, o.Version), names, steps})
	}
	fmt.Fprintf(a.out, "%s is a driver for schedulers of type %q: %d files, README.md says what to change. Next:\n\n", clean(dir), o.Name, len(names))
	for _, s := range steps {
		fmt.Fprintf(a.out, "  %s\n", clean(s))
	}
	return nil
}

// sdkFor finds the SDK: the checkout that was named, the one around the working folder or around this program, or the version of this build.
func (a *app) sdkFor(named string) (version, checkout string, err error) {
	const anyVersion = "v0.0.0" // of a checkout the version is of no account
	if named != "" {
		path, err := filepath.Abs(named)
		if err == nil && !isCheckout(path) {
			err = fault.Invalid.New("%s is no checkout of Oceanid: it has no go.mod of %s", named, scaffold.SDK)
		}
		return anyVersion, path, err
	}
	var from []string
	if wd, err := os.Getwd(); err == nil {
		from = append(from, wd)
	}
	if exe, err := os.Executable(); err == nil {
		from = append(from, filepath.Dir(exe))
	}
	for _, dir := range from {
		for ; ; dir = filepath.Dir(dir) {
			if isCheckout(dir) {
				a.note("the driver uses the SDK of the checkout in %s", dir)
				return anyVersion, dir, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	if info, ok := debug.ReadBuildInfo(); ok && semver.IsValid(info.Main.Version) && !strings.Contains(info.Main.Version, "+dirty") {
		return info.Main.Version, "", nil
	}
	return "", "", fault.Invalid.New("this build of oceanid has no version that could be required: name a checkout of Oceanid with --sdk")
}

// isCheckout tells whether a folder is the root of this very module.
func isCheckout(dir string) bool {
	content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && modfile.ModulePath(content) == scaffold.SDK
}
