package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/host/web"
	"github.com/oceanid/oceanid/sdk/fault"
)

// serving is what the flags of serve say.
type serving struct {
	listen   string
	insecure bool
	names    []string
}

func newServe(a *app) *cobra.Command {
	var o serving
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Follow jobs, and serve the pages and the JSON API",
		Long: `Runs a host until SIGTERM or Ctrl-C: it follows the jobs of every scheduler, and serves
the pages and the JSON API of the configuration's schedulers and jobs. The address is
on standard output. At the end drivers are drained; jobs go on at their pools.

SIGHUP reads the configuration again: new drivers and schedulers can be used from then
on, changed ones take over without cutting a call. What happened is told line by line;
when the file has a mistake that is told, and everything stays as it is.

The pages ask nobody who they are. They only read, but whoever reaches them sees all
jobs: keep them on loopback, behind a server that asks for a login.`,
		Example: "  oceanid serve --listen 127.0.0.1:8080\n  kill -HUP $(pidof oceanid)",
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			listener, err := o.open(cmd, a)
			if err != nil {
				return err
			}
			defer listener.Close()
			// Before drivers are started, and until they have ended: whoever hangs up meanwhile must not end the server.
			hangup := make(chan os.Signal, 1)
			signal.Notify(hangup, syscall.SIGHUP)
			defer signal.Stop(hangup)
			return a.withHost(cmd, following, func(ctx context.Context, h *host.Host) error { return a.serve(ctx, h, listener, o.names, hangup) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8080", "`ADDRESS` to serve at; port 0 is any that is free")
	flags.BoolVar(&o.insecure, "insecure-listen", false, "allow an address that others than this machine reach")
	flags.StringArrayVar(&o.names, "name", nil, "`HOST` by which browsers may ask for the pages, besides localhost and addresses; may be repeated")
	return cmd
}

// open takes the address. One that others than this machine reach has to be meant.
func (o serving) open(cmd *cobra.Command, a *app) (net.Listener, error) {
	at, err := net.ResolveTCPAddr("tcp", o.listen)
	if err != nil {
		return nil, wrongUsage(cmd, "--listen: %v", err)
	}
	open := !at.IP.IsLoopback() // no address at all is every one of this machine
	if open && !o.insecure {
		return nil, wrongUsage(cmd, "--listen %s is not on loopback, and the pages ask nobody who they are; if that is meant, add --insecure-listen", o.listen)
	}
	listener, err := net.ListenTCP("tcp", at)
	if err != nil {
		return nil, fault.By(fault.Host, fault.Of(err).New("--listen %s: %w", o.listen, err))
	}
	if open {
		a.note("everybody who reaches %s sees all schedulers and jobs: the pages ask nobody who they are", listener.Addr())
	}
	return listener, nil
}

// serve serves until ctx is done, and reloads at each hangup.
func (a *app) serve(ctx context.Context, h *host.Host, at net.Listener, names []string, hangup <-chan os.Signal) error {
	// Streams of events end with their request's context, and nothing else ends them.
	requests, leave := context.WithCancel(ctx)
	defer leave()
	log := a.options(following).Log.Named("web")
	server := &http.Server{
		Handler:           calledBy(names, web.New(h, web.Options{Log: log})),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          log.StandardLogger(&hclog.StandardLoggerOptions{ForceLevel: hclog.Warn}),
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(at) }()
	err := a.served("http://" + at.Addr().String() + "/")
	for going := err == nil; going; {
		select {
		case <-hangup:
			a.reload(ctx, h)
		case err := <-ended:
			return err
		case <-ctx.Done():
			going = false
		}
	}
	leave()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastRequests)
	defer cancel()
	if late := server.Shutdown(end); late != nil {
		err = errors.Join(err, server.Close()) // somebody does not take his answer
	}
	if last := <-ended; !errors.Is(last, http.ErrServerClosed) {
		err = errors.Join(err, last)
	}
	return err
}

// lastRequests is how long requests that are under way may take when the server ends.
const lastRequests = 3 * time.Second

// served tells where.
func (a *app) served(url string) error {
	if a.format == asJSON {
		return a.document(struct {
			URL string `json:"url"`
		}{url})
	}
	_, err := fmt.Fprintln(a.out, url)
	return err
}

// calledBy refuses requests that came by a name which is not this server's: a page of somebody else's that points its own name here would read along.
func calledBy(names []string, next http.Handler) http.Handler {
	known := map[string]bool{"localhost": true}
	for _, n := range names {
		known[n] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			name = strings.Trim(r.Host, "[]")
		}
		if !known[name] && net.ParseIP(name) == nil {
			http.Error(w, "this server is not known by that name: oceanid serve --name adds one", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
