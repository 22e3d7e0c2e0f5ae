package main

import (
	"context"
	"crypto/rand"
	"errors"
	"html/template"
	"net/http"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
)

// longestKey is more than the form's own keys have.
const longestKey = 64

// orders takes orders for floods: each is a wish with a key of its own.
type orders struct {
	scheduler *host.Scheduler
	options   options
}

// submit has the flood of one order run. However often, and by whichever process, an order is submitted, it is one job.
func (f orders) submit(ctx context.Context, key string) (*host.Job, error) {
	spec, err := flood(f.options)
	if err != nil {
		return nil, err
	}
	spec.Key = key
	return f.scheduler.Submit(ctx, spec)
}

var form = template.Must(template.New("form").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Order a flood</title>
<h1>Order a flood</h1>
<form method="post"><input type="hidden" name="key" value="{{.}}"><button>Run the model</button></form>
<p><a href="/">Schedulers and jobs</a></p>
`))

// form has a key that nobody had before: who presses its button twice, or goes back and presses again, sends the same order.
func (f orders) form(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.Header().Set("Cache-Control", "no-store")
	// Who went away meanwhile misses nothing.
	_ = form.Execute(w, rand.Text())
}

// take leads to the page of the order's job.
func (f orders) take(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	key := r.PostFormValue("key")
	if key == "" || len(key) > longestKey {
		http.Error(w, "this is no order of this portal's form", http.StatusBadRequest)
		return
	}
	job, err := f.submit(r.Context(), key)
	switch {
	case err == nil:
		http.Redirect(w, r, "/jobs/"+job.ID, http.StatusSeeOther)
	case errors.Is(err, fault.Exhausted):
		http.Error(w, err.Error(), http.StatusTooManyRequests)
	case errors.Is(err, fault.Conflict):
		http.Error(w, err.Error(), http.StatusConflict)
	default:
		http.Error(w, "the order was not taken; press the button again: it will not run twice", http.StatusServiceUnavailable)
	}
}
