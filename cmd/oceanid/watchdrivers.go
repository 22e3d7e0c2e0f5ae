package main

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
)

// glance is how often a host that runs is asked for its drivers.
const glance = time.Second

func newDriversWatch(a *app) *cobra.Command {
	server := ""
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Watch what becomes of the drivers of a host that runs",
		Long: `Shows the drivers of a host that runs, and then each one that has changed, looking once
a second: started, ready, crashed and why, upgraded, kept in its old form, removed.
With -o json each is an object on a line. Ctrl-C ends it.`,
		Example: "  oceanid drivers watch --server http://127.0.0.1:8080/",
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.watchDrivers(cmd.Context(), server)
		},
	}
	cmd.Flags().StringVar(&server, "server", "http://127.0.0.1:8080/", "`URL` of its pages, as oceanid serve prints it")
	return cmd
}

func (a *app) watchDrivers(ctx context.Context, server string) error {
	type key struct{ name, path string }
	told := map[key]host.Driver{}
	for {
		all, err := driversOf(ctx, server)
		if err != nil {
			return err
		}
		now := map[key]bool{}
		for _, d := range all {
			k := key{d.Name, d.Path}
			now[k] = true
			if reflect.DeepEqual(told[k], d) {
				continue
			}
			told[k] = d
			if err := a.tellDriver(d); err != nil {
				return err
			}
		}
		for k, d := range told {
			if now[k] {
				continue
			}
			delete(told, k)
			if err := a.tellDriver(host.Driver{Name: d.Name, Path: d.Path, Source: d.Source, State: "removed"}); err != nil {
				return err
			}
		}
		select {
		case <-time.After(glance):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// tellDriver tells how a driver is, on one line.
func (a *app) tellDriver(d host.Driver) error {
	if a.format == asJSON {
		return a.line(d)
	}
	words := []string{a.now().Format(time.DateTime), clean(d.Name), a.painter(a.out)(driverState(d.State))}
	if d.Generation > 0 {
		words = append(words, fmt.Sprintf("(life %d)", d.Generation))
	}
	for _, w := range []string{d.Version, a.aboutDriver(d)} {
		if w != "" {
			words = append(words, clean(w))
		}
	}
	_, err := fmt.Fprintln(a.out, strings.Join(words, " "))
	return err
}
