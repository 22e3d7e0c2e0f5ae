// Command portal is a small science portal: it runs the sample model on a computing pool, one task for each sub-basin, puts the results together, and serves a page
// with its schedulers and jobs until Ctrl-C.
//
//	portal [-config config.hcl] [-scheduler local] [-listen 127.0.0.1:8080]
//
// Its page /order is a form for more of them: pressed twice, the button runs the model once.
//
// What a portal has to do with Oceanid is in this file, flood.go, order.go and process.go. The model, which it looks for beside itself, is in model/, its science in hydro/, the picture
// in figure/.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/host"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // who presses Ctrl-C twice does not want to wait
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "portal:", err)
		os.Exit(1)
	}
}

// run is the portal until ctx is done.
func run(ctx context.Context, args []string) (failed error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	screen := newScreen(os.Stdout)
	defer screen.close()

	h, err := host.Open(ctx, host.Options{Config: o.config, Log: hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: screen})})
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		failed = errors.Join(failed, h.Close(end))
	}()
	s, err := h.GetScheduler(ctx, o.scheduler)
	if err != nil {
		return fmt.Errorf("%w: -scheduler names one that %s defines", err, o.config)
	}
	results := newProcessing(h, o, screen)
	if err := h.OnEvent("flood-results", host.HandlerOptions{}, results.handle); err != nil {
		return err
	}
	floods := orders{s, o}
	page, err := serve(ctx, h, floods, screen)
	if err != nil {
		return err
	}
	defer func() { failed = errors.Join(failed, page.close()) }()

	job, err := floods.submit(ctx, rand.Text())
	if err != nil {
		return err
	}
	if err = follow(ctx, job, screen); err == nil {
		err = results.wait(ctx, job.ID)
	}
	if ctx.Err() != nil {
		screen.say("The job goes on without the portal: oceanid --config %s jobs show %s", o.config, job.ID)
		return nil
	}
	if err != nil {
		screen.say("portal: %v", err)
	}
	if o.stay {
		screen.say("The page stays at %s until Ctrl-C.", page.url)
		<-ctx.Done()
	}
	return err
}
