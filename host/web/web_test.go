package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

const nasty = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`

func get(t *testing.T, h http.Handler, path string) (int, http.Header, string) {
	t.Helper()
	r := httptest.NewRecorder()
	h.ServeHTTP(r, httptest.NewRequest("GET", path, nil))
	return r.Code, r.Header(), r.Body.String()
}

func has(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in:\n%s", w, text)
		}
	}
}

func hasNot(t *testing.T, text string, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(text, w) {
			t.Errorf("%q must not be in:\n%s", w, text)
		}
	}
}

func TestOverview(t *testing.T) {
	t.Parallel()
	held := someJob("j2")
	held.Name, held.State, held.Reason = "dam break", scheduler.Held, "the input file is missing"
	h := handler(&fake{
		known: []schedulerInfo{{Name: "Default", Type: "condor", Address: "pool.example.org", Managed: "config.hcl:40", Driver: "failed", Trouble: "it crashed five times"}},
		kept:  []*host.Job{someJob("j1"), held},
	}, Options{Path: "/compute/", Title: "Rivers"})

	code, _, page := get(t, h, "/compute/")
	if code != 200 {
		t.Fatalf("%d: %s", code, page)
	}
	has(t, page, "Rivers", "Default", "pool.example.org", "config.hcl:40", "it crashed five times", `href="/compute/jobs/j1"`, "flood", "6 of 12", "dam break",
		"the input file is missing", `class="state held"`, "2026-11-20 10:00:00 UTC", `<noscript><meta http-equiv="refresh"`, `data-stream="/compute/"`)
	hasNot(t, page, "tiptop-secret", "ZgotmplZ")

	_, _, page = get(t, h, "/compute/?state=held")
	has(t, page, "dam break", `data-stream="/compute/?state=held"`)
	hasNot(t, page, ">flood<")

	code, _, page = get(t, h, "/compute/?state=broken")
	if code != 400 {
		t.Errorf("a state that is none: %d", code)
	}
	has(t, page, "there is no state")
}

func TestPagesOfJobs(t *testing.T) {
	t.Parallel()
	f := &fake{}
	for range 60 {
		f.kept = append(f.kept, someJob("j"))
	}
	_, _, page := get(t, handler(f, Options{}), "/?user=ada")
	has(t, page, `<a rel="next" href="/?after=cursor&amp;user=ada">older</a>`)
	if n := strings.Count(page, `class="tasks"`); n != 50 {
		t.Errorf("%d jobs on the page", n)
	}
}

func TestEmptySaysWhatToDo(t *testing.T) {
	t.Parallel()
	_, _, page := get(t, handler(&fake{}, Options{}), "/")
	has(t, page, "There is no scheduler yet", "oceanid schedulers create", "No job was submitted yet", "oceanid jobs submit SCHEDULER")
	_, _, page = get(t, handler(&fake{}, Options{}), "/?state=lost")
	has(t, page, "No job is like that", "Show all jobs")
}

func TestJob(t *testing.T) {
	t.Parallel()
	f := &fake{
		kept:   []*host.Job{someJob("j1")},
		each:   map[string][]host.Task{"j1": someTasks()},
		output: map[scheduler.LogStream]string{scheduler.Stdout: "\x1b[31mreading\x1b[0m\n10%\r50%\r100%\r\ndone\n", scheduler.Stderr: "model: line 3 is bad\n"},
	}
	h := handler(f, Options{Exhibits: func(_ *host.Job) []Exhibit {
		return []Exhibit{{Title: "The flood", URL: "/results/j1/flood.svg", Image: true}, {Title: "As a table", URL: "javascript:alert(1)"}}
	}})
	code, _, page := get(t, h, "/jobs/j1")
	if code != 200 {
		t.Fatalf("%d: %s", code, page)
	}
	has(t, page, "12 tasks, 6 ended", `aria-label="task 7, failed" aria-current="true"`, "the program ended with exit code 3", "exit code 3", "node-2",
		"Output of task 7", "reading\n100%\ndone", "model: line 3 is bad", `./model --title &#34;a b&#34;`, "API_KEY", "values are not shown", "storm.csv", "hydrograph.csv",
		`<img src="/results/j1/flood.svg" alt="The flood">`, "As a table")
	hasNot(t, page, "tiptop-secret", "/home/ada", "\x1b", "javascript:")

	_, _, page = get(t, h, "/jobs/j1?task=2")
	has(t, page, "Output of task 2")
	for path, want := range map[string]string{"/jobs/j1?task=12": "has tasks 0 to 11", "/jobs/none": "there is no job", "/nowhere": "there is no page /nowhere", "/assets/": "there is no page", "/assets/none.js": ""} {
		code, _, page := get(t, h, path)
		if code != 404 {
			t.Errorf("%s: %d", path, code)
		}
		has(t, page, want)
	}
}

func TestLargeArrayShowsTroublesOnly(t *testing.T) {
	t.Parallel()
	j := someJob("big")
	j.Tasks, j.Counts = 1_000_000, map[scheduler.State]int{scheduler.Succeeded: 999_000, scheduler.Lost: 1000}
	f := &fake{kept: []*host.Job{j}, each: map[string][]host.Task{}}
	all := make([]host.Task, j.Tasks)
	for i := range all {
		all[i] = host.Task{Index: i, State: scheduler.Succeeded}
		if i%1000 == 999 {
			all[i].State, all[i].Reason = scheduler.Lost, "the pool forgot it"
		}
	}
	f.each["big"] = all
	_, _, page := get(t, handler(f, Options{}), "/jobs/big")
	has(t, page, "1,000,000 tasks", "5 of 1,000", "the pool forgot it", "Output of task 999")
	if n := len(page); n > 20_000 {
		t.Errorf("the page has %d bytes", n)
	}
	if n := f.count("tasks"); n > 6 {
		t.Errorf("tasks were read %d times", n)
	}
}

// Whatever people and pools call things, it is text.
func TestNothingIsMarkup(t *testing.T) {
	t.Parallel()
	j := someJob("j1")
	j.Name, j.Reason, j.Native, j.User, j.Scheduler, j.Node = nasty, nasty, nasty, nasty, nasty, nasty
	j.State, j.PoolID = scheduler.State(nasty), scheduler.ID(nasty)
	j.Spec = scheduler.Job{Command: nasty, Args: []string{nasty}, Env: map[string]string{nasty: nasty}, Inputs: []scheduler.Input{{Name: nasty}}, Outputs: []string{nasty}}
	f := &fake{
		known: []schedulerInfo{{Name: nasty, Type: nasty, Address: nasty, Managed: nasty, Driver: nasty, Trouble: nasty}}, kept: []*host.Job{j},
		each:   map[string][]host.Task{"j1": {{State: scheduler.Failed, Reason: nasty, Native: nasty, Node: nasty}, {State: scheduler.State(nasty)}}},
		output: map[scheduler.LogStream]string{scheduler.Stdout: nasty, scheduler.Stderr: nasty},
	}
	j.Tasks, j.Counts = 2, map[scheduler.State]int{scheduler.Failed: 1, scheduler.State(nasty): 1}
	h := handler(f, Options{Title: nasty, Exhibits: func(*host.Job) []Exhibit { return []Exhibit{{Title: nasty, URL: nasty, Image: true}} }})
	for _, path := range []string{"/", "/jobs/j1", "/?scheduler=" + strings.ReplaceAll(nasty, " ", "+"), "/jobs/" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E"} {
		_, _, page := get(t, h, path)
		hasNot(t, page, "<script>", "<img src=x", "onerror=alert(2)>")
		has(t, page, "&lt;script&gt;")
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	h := handler(&fake{trouble: errStore}, Options{Path: "compute"})
	for _, path := range []string{"/compute/", "/compute/api/jobs", "/compute/assets/live.js", "/compute/none"} {
		_, header, page := get(t, h, path)
		for k, want := range map[string]string{"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if !strings.Contains(header.Get(k), want) {
				t.Errorf("%s: %s is %q", path, k, header.Get(k))
			}
		}
		hasNot(t, header.Get("Content-Security-Policy"), "unsafe", "*")
		hasNot(t, page, "redis.internal") // where things are is for the log
	}
	code, _, page := get(t, h, "/compute/")
	if code != 503 {
		t.Errorf("a store that does not answer: %d", code)
	}
	has(t, page, "the store does not answer")
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		r := httptest.NewRecorder()
		h.ServeHTTP(r, httptest.NewRequest(method, "/compute/jobs/j1", nil))
		if r.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, r.Code)
		}
	}
	_, header, _ := get(t, h, "/compute/assets/live.js?v="+version("live.js"))
	if !strings.Contains(header.Get("Cache-Control"), "immutable") || !strings.Contains(header.Get("Content-Type"), "javascript") {
		t.Errorf("an asset: %v", header)
	}
}

// A page without inline script or style is what the policy lets through.
func TestPagesKeepToThePolicy(t *testing.T) {
	t.Parallel()
	f := &fake{kept: []*host.Job{someJob("j1")}, each: map[string][]host.Task{"j1": someTasks()}}
	for _, path := range []string{"/", "/jobs/j1", "/none"} {
		_, _, page := get(t, handler(f, Options{}), path)
		hasNot(t, page, "<style", " style=", " onclick", "http://", "https://", "<script>")
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	f := &fake{known: []schedulerInfo{{Name: "Default", Type: "condor", Driver: "ready"}}, kept: []*host.Job{someJob("j1"), someJob("j2")}}
	h := handler(f, Options{})
	read := func(path string, code int, into any) string {
		t.Helper()
		got, header, body := get(t, h, path)
		if got != code || header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", path, got, header.Get("Content-Type"))
		}
		if err := json.Unmarshal([]byte(body), into); err != nil {
			t.Errorf("%s: %v: %s", path, err, body)
		}
		hasNot(t, body, "tiptop-secret", "/home/ada")
		return body
	}
	var schedulers struct{ Schedulers []schedulerInfo }
	var drivers struct{ Drivers []host.Driver }
	if read("/api/drivers", 200, &drivers); len(drivers.Drivers) != 1 || drivers.Drivers[0].State != "ready" {
		t.Errorf("got %+v", drivers)
	}
	if read("/api/schedulers", 200, &schedulers); len(schedulers.Schedulers) != 1 || schedulers.Schedulers[0].Driver != "ready" {
		t.Errorf("%+v", schedulers)
	}
	var jobs struct {
		Jobs []host.Job
		Next string
	}
	if read("/api/jobs?limit=1", 200, &jobs); len(jobs.Jobs) != 1 || jobs.Jobs[0].ID != "j1" || jobs.Next != "cursor" {
		t.Errorf("%+v", jobs)
	}
	var job host.Job
	if read("/api/jobs/j2", 200, &job); job.Counts[scheduler.Succeeded] != 5 || job.Spec.Inputs[0].Size != 4000 {
		t.Errorf("%+v", job)
	}
	if f.kept[1].Spec.Env == nil || f.kept[1].Spec.Inputs[0].Path == "" {
		t.Error("hiding what is private changed the job itself")
	}
	var failed struct {
		Error string
		Kind  fault.Kind
	}
	if read("/api/jobs/none", 404, &failed); failed.Kind != fault.NotFound || failed.Error == "" {
		t.Errorf("%+v", failed)
	}
	if read("/api/jobs?limit=0", 400, &failed); failed.Kind != fault.Invalid {
		t.Errorf("%+v", failed)
	}
	none := handler(&fake{}, Options{})
	if _, _, body := get(t, none, "/api/jobs"); body != "{\"jobs\":[]}\n" {
		t.Errorf("no jobs: %s", body)
	}
	if _, _, body := get(t, none, "/api/schedulers"); body != "{\"schedulers\":[]}\n" {
		t.Errorf("no schedulers: %s", body)
	}
}
