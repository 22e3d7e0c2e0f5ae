package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/host/web"
)

// page is the web server.
type page struct {
	url    string
	server *http.Server
	leave  context.CancelFunc // ends live pages
	ended  chan error
}

// serve begins to serve the pages of the host, the form for orders, and the results of jobs. It asks nobody who they are, so that it belongs on loopback, where it is by default.
func serve(ctx context.Context, h *host.Host, floods orders, screen *screen) (*page, error) {
	o := floods.options
	listener, err := listen(o.listen, screen)
	if err != nil {
		return nil, err
	}
	shown, err := openResults(o.results)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("/", web.New(h, web.Options{Title: "Flood portal", Exhibits: shown.exhibits}))
	mux.HandleFunc("GET /order", floods.form)
	mux.Handle("POST /order", http.NewCrossOriginProtection().Handler(http.HandlerFunc(floods.take)))
	mux.HandleFunc("GET /results/{job}/{file}", shown.serve)
	ctx, leave := context.WithCancel(ctx)
	p := &page{
		url: "http://" + listener.Addr().String() + "/", leave: leave,
		server: &http.Server{
			Handler:           sameHost(mux),
			ReadHeaderTimeout: 10 * time.Second,
			BaseContext:       func(net.Listener) context.Context { return ctx },
		},
		ended: make(chan error, 1),
	}
	go func() {
		defer shown.close()
		p.ended <- p.server.Serve(listener)
	}()
	screen.say("Live page: %s", p.url)
	return p, nil
}

// close ends the server in good order.
func (p *page) close() error {
	p.leave()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := p.server.Shutdown(ctx)
	if err != nil {
		err = p.server.Close() // somebody still looks
	}
	if ended := <-p.ended; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// listen takes the address, or another port where that one is busy.
func listen(address string, screen *screen) (net.Listener, error) {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("-listen: %w", err)
	}
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		listener, err = net.Listen("tcp", net.JoinHostPort(name, "0"))
	}
	if err != nil {
		return nil, err
	}
	if at, ok := listener.Addr().(*net.TCPAddr); ok && !at.IP.IsLoopback() {
		screen.say("The page is open to everybody who reaches %s: it asks nobody who they are.", at)
	}
	return listener, nil
}

// sameHost refuses requests that came by a name which is not this machine's: a page of somebody else's that points its own name here would read along.
func sameHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			name = r.Host
		}
		if name != "localhost" && net.ParseIP(name) == nil {
			http.Error(w, "use the address that the portal printed", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
