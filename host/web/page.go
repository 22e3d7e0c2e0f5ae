package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	html "html/template"
	"net/http"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/fault"
)

// every is how often what a page shows is read again, while somebody looks.
const every = time.Second

// content is the inner part of a page, which a stream sends again whenever it is another.
type content struct {
	title   string
	html    html.HTML
	version string // of html
}

// view reads what a page shows and renders it.
type view func(ctx context.Context, r *http.Request) (content, error)

// page answers with the whole page, or with a stream of its content to whoever asks for one.
func (s *site) page(v view) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept")
		read := func(ctx context.Context) (content, error) {
			return s.contents.get(ctx, r.URL.RequestURI(), func(ctx context.Context, _ content) (content, error) {
				ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
				defer cancel()
				return v(ctx, r)
			})
		}
		if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			s.stream(w, r, read)
			return
		}
		c, err := read(r.Context())
		if err != nil {
			s.fail(w, r, err)
			return
		}
		s.shell(w, http.StatusOK, shell{Title: c.title, Content: c.html, Live: s.link(r.URL.Path) + query(r)})
	}
}

func query(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return "?" + r.URL.RawQuery
}

// shell is what stands around a page's content.
type shell struct {
	Title   string
	Content html.HTML
	// Live is where the content's stream is; empty: it does not change.
	Live string
	Now  time.Time
}

func (s *site) shell(w http.ResponseWriter, code int, data shell) {
	data.Now = time.Now()
	var out bytes.Buffer
	if err := s.pages.execute(&out, "page", data); err != nil {
		s.options.Log.Error("a page cannot be rendered", "error", err)
		http.Error(w, "this page cannot be shown: the portal's log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	w.Write(out.Bytes()) // an error means that the reader has gone
}

// render makes the content of a page.
func (s *site) render(title, name string, data any) (content, error) {
	var out bytes.Buffer
	if err := s.pages.execute(&out, name, data); err != nil {
		return content{}, fault.By(fault.Host, fault.Internal.New("render %s: %w", name, err))
	}
	sum := sha256.Sum256(out.Bytes())
	return content{title: title, html: html.HTML(out.String()), version: hex.EncodeToString(sum[:8])}, nil
}

func noSuchPage(r *http.Request) error { return fault.NotFound.New("there is no page %s", r.URL.Path) }

// trouble is an error as a reader is told it: in full where it is about what was asked for, else by its kind.
func trouble(err error) (code int, text string) {
	switch kind := fault.Of(err); kind {
	case fault.NotFound:
		return http.StatusNotFound, err.Error()
	case fault.Invalid:
		return http.StatusBadRequest, err.Error()
	case fault.Unavailable, fault.Timeout:
		code, text = http.StatusServiceUnavailable, "the store does not answer: "+kind.Error()
	default:
		code, text = http.StatusInternalServerError, "this cannot be shown: "+kind.Error()
	}
	return code, text + "; the portal's log says more"
}

// note writes down what its reader is not told.
func (s *site) note(r *http.Request, code int, err error) {
	if code >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.options.Log.Error("a page cannot be shown", "path", r.URL.Path, "error", err)
	}
}

func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	code, text := trouble(err)
	s.note(r, code, err)
	c, err := s.render(http.StatusText(code), "trouble", text)
	if err != nil {
		http.Error(w, text, code)
		return
	}
	s.shell(w, code, shell{Title: c.title, Content: c.html})
}
