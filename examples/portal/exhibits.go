package main

import (
	"net/http"
	"os"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/host/web"
)

// results is the folder with the results of jobs, as far as browsers may see it: two files of each job.
type results struct{ root *os.Root }

func openResults(dir string) (results, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return results{}, err
	}
	root, err := os.OpenRoot(dir)
	return results{root}, err
}

func (r results) close() { r.root.Close() }

// exhibits are what there is of a job: nothing until its results are gathered.
func (r results) exhibits(job *host.Job) []web.Exhibit {
	if _, err := r.root.Stat(job.ID + "/" + pictureFile); err != nil {
		return nil
	}
	return []web.Exhibit{
		{Title: "The flood at the outlet", URL: "/results/" + job.ID + "/" + pictureFile, Image: true},
		{Title: "The same as a table: " + hydrographFile, URL: "/results/" + job.ID + "/" + hydrographFile},
	}
}

func (r results) serve(w http.ResponseWriter, req *http.Request) {
	kinds := map[string]string{pictureFile: "image/svg+xml", hydrographFile: "text/csv; charset=utf-8"}
	kind, ok := kinds[req.PathValue("file")]
	if !ok {
		http.NotFound(w, req)
		return
	}
	// A picture opened by itself is a page of this origin: it may have its own colours, and run nothing.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Type", kind)
	http.ServeFileFS(w, req, r.root.FS(), req.PathValue("job")+"/"+req.PathValue("file"))
}
