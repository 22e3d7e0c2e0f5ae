package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/host"
)

// A proxy that keeps an answer until it is whole, as nginx does unless the answer forbids it, holds no event back.
func TestEventsPassAProxyThatBuffers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(handler(&fake{kept: []*host.Job{someJob("j1")}}, Options{}))
	defer server.Close()
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.Header.Get("X-Accel-Buffering") == "no" {
			return nil
		}
		whole, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(whole)))
		return err
	}
	between := httptest.NewServer(proxy)
	defer between.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", between.URL+"/jobs/j1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	answer, err := between.Client().Do(r)
	if err != nil {
		t.Fatalf("no event comes through: %v", err)
	}
	defer answer.Body.Close()
	first := make([]byte, len("retry:"))
	if _, err := io.ReadFull(answer.Body, first); err != nil || string(first) != "retry:" {
		t.Errorf("through the proxy came %q, %v", first, err)
	}
}
