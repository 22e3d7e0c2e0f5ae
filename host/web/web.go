package web

import (
	"embed"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/go-hclog"

	"github.com/oceanid/oceanid/host"
)

// Options say how the pages are mounted. The zero value is usable.
type Options struct {
	// Path is where the handler is mounted, as the browser sees it. Default: "/".
	Path string
	// Title stands above each page. Default: "Oceanid".
	Title string
	// Exhibits are what the portal has to show for a job: a picture of its result, a file. It is called for each page of a job, while somebody looks once a
	// second, and must be quick and safe for concurrent use. Default: nothing.
	Exhibits func(job *host.Job) []Exhibit
	// Log hears what went wrong; a page tells its reader no more than the kind. Default: nothing.
	Log hclog.Logger
}

// Exhibit is something that a portal shows on the page of a job.
type Exhibit struct {
	// Title is for people.
	Title string
	// URL is where the portal serves it. The pages' content policy lets images come only from their own origin.
	URL string
	// Image shows it as a picture, not only as a link. Its title is then what a reader hears who does not see it.
	Image bool
}

// New makes the pages of a host. They need the host open for as long as they are served.
//
// A stream of events goes on until its request's context is done: a server that shuts down in good order gives its requests a context that ends
// (http.Server.BaseContext), as Shutdown alone waits for them.
func New(h *host.Host, o Options) http.Handler { return handler(fromHost{h}, o) }

type site struct {
	source   source
	options  Options
	pages    *template
	contents *shared[content]
	tails    *shared[tail]
}

//go:embed assets
var assets embed.FS

func handler(s source, o Options) http.Handler {
	o.Path = "/" + strings.Trim(o.Path, "/")
	if o.Title == "" {
		o.Title = "Oceanid"
	}
	if o.Log == nil {
		o.Log = hclog.NewNullLogger()
	}
	w := &site{source: s, options: o, contents: newShared[content](every), tails: newShared[tail](tailEvery)}
	w.pages = newTemplate(w)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", w.page(w.overview))
	mux.HandleFunc("GET /jobs/{id}", w.page(w.job))
	mux.HandleFunc("GET /api/schedulers", w.api(w.apiSchedulers))
	mux.HandleFunc("GET /api/drivers", w.api(w.apiDrivers))
	mux.HandleFunc("GET /api/jobs", w.api(w.apiJobs))
	mux.HandleFunc("GET /api/jobs/{id}", w.api(w.apiJob))
	mux.HandleFunc("GET /assets/{name}", w.asset)
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) { w.fail(rw, r, noSuchPage(r)) })
	return secured(http.StripPrefix(strings.TrimSuffix(o.Path, "/"), mux))
}

// asset serves a file that pages use. Under the address with its version a browser may keep it for ever.
func (s *site) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if v := version(name); v != "" && v == r.URL.Query().Get("v") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, assets, "assets/"+name)
}

// link is the address of a path below the handler's own, with a query of the pairs whose value is not empty.
func (s *site) link(path string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	u := url.URL{Path: strings.TrimSuffix(s.options.Path, "/") + path, RawQuery: query.Encode()}
	return u.String()
}

// policy lets a page use what this handler serves and nothing else, and nobody frame it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// secured sets what holds for every answer, and lets requests only read.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for k, v := range map[string]string{
			"Content-Security-Policy":      policy,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cache-Control":                "no-store",
		} {
			w.Header().Set(k, v)
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "these pages only read", http.StatusMethodNotAllowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}
