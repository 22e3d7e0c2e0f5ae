package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
)

func newDrivers(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "drivers", Short: "Look at the drivers, each for one type of scheduler"}
	group(cmd)
	cmd.AddCommand(newDriversList(a), newDriversWatch(a), newDriversDescribe(a))
	cmd.AddCommand(newDriversNew(a), newDriversRun(a), newDriversConform(a), newDriversDocs(a))
	return cmd
}

func newDriversList(a *app) *cobra.Command {
	server := ""
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the drivers that were found, and those that were refused with the reason",
		Long: `Lists the drivers that were found, and those that were refused with the reason. None is
started for it: to see those of a host that runs, with their lives, restarts and
crashes, name its address with --server. With -o json there is all that is known.`,
		Example: "  oceanid drivers list\n  oceanid drivers list --server http://127.0.0.1:8080/",
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if server != "" {
				all, err := driversOf(cmd.Context(), server)
				if err != nil {
					return err
				}
				return a.showDrivers(all)
			}
			return a.withInspector(cmd, "", func(_ context.Context, i *host.Inspector) error { return a.showDrivers(i.Drivers()) })
		},
	}
	cmd.Flags().StringVar(&server, "server", "", "`URL` of the pages of a host that runs, as oceanid serve prints it")
	return cmd
}

// driversOf asks a host that runs.
func driversOf(ctx context.Context, server string) ([]host.Driver, error) {
	fail := func(err error) ([]host.Driver, error) {
		return nil, fault.By(fault.Host, fault.Unavailable.New("--server: %w", err))
	}
	address, err := url.JoinPath(server, "api", "drivers")
	if err != nil {
		return nil, fault.Invalid.New("--server: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, serverPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.Invalid.New("--server: %w", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fail(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fail(fmt.Errorf("%s answers %s: is it the address of a host's pages?", address, answer.Status))
	}
	var list struct{ Drivers []host.Driver }
	if err := json.NewDecoder(io.LimitReader(answer.Body, mostOfServer)).Decode(&list); err != nil {
		return fail(fmt.Errorf("%s answers with something else than drivers: %w", address, err))
	}
	return list.Drivers, nil
}

// What is asked of a host that runs has to come within this time, and in so many bytes.
const (
	serverPatience = 10 * time.Second
	mostOfServer   = 16 << 20
)

func (a *app) showDrivers(all []host.Driver) error {
	if a.format == asJSON {
		return a.document(struct {
			Drivers []host.Driver `json:"drivers"`
		}{append([]host.Driver{}, all...)})
	}
	if len(all) == 0 {
		a.note("no driver was found beside the program, in drivers/ there, or in the configuration's driver_dir")
		return nil
	}
	// Where none has lived there is nothing to say of their lives.
	lived := slices.ContainsFunc(all, func(d host.Driver) bool { return d.Generation > 0 })
	head := []string{"NAME", "VERSION", "STATE", "FOUND", "ABOUT"}
	if lived {
		head = slices.Insert(head, 3, "LIFE", "RESTARTS")
	}
	t := a.newTable(head...)
	for _, d := range all {
		row := []any{d.Name, d.Version, driverState(d.State), cmp.Or(d.Path, d.Source), a.aboutDriver(d)}
		if lived {
			row = slices.Insert(row, 3, any(d.Generation), any(d.Restarts))
		}
		t.row(row...)
	}
	t.write(a.out)
	return nil
}

// aboutDriver is what a person should know first: what is wrong, what was, or what it is.
func (a *app) aboutDriver(d host.Driver) string {
	switch {
	case d.Reason != "":
		return d.Reason
	case d.Kept != "":
		return "goes on in its old form: " + d.Kept
	case d.Crash != "":
		return "crashed " + a.ago(d.CrashedAt) + ": " + d.Crash
	case len(d.Unenforced) > 0:
		return strings.Join(d.Unenforced, "; ")
	}
	return d.Summary
}

func driverState(s string) painted {
	switch s {
	case "refused", "failed":
		return painted{s, red}
	case "backing off":
		return painted{s, yellow}
	case "ready":
		return painted{s, green}
	}
	return painted{s, faint}
}
