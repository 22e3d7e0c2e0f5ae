package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

// api answers with what a view reads, as JSON; an error as {"error": …, "kind": …}.
func (s *site) api(v func(ctx context.Context, r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		code := http.StatusOK
		answer, err := v(r.Context(), r)
		if err != nil {
			var text string
			code, text = trouble(err)
			s.note(r, code, err)
			answer = struct {
				Error string     `json:"error"`
				Kind  fault.Kind `json:"kind"`
			}{text, fault.Of(err)}
		}
		body, err := json.Marshal(answer)
		if err != nil {
			s.options.Log.Error("an answer cannot be written as JSON", "path", r.URL.Path, "error", err)
			http.Error(w, `{"error":"the portal's log says more"}`, http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		w.Write(append(body, '\n')) // an error means that the reader has gone
	}
}

func (s *site) apiSchedulers(ctx context.Context, _ *http.Request) (any, error) {
	all, err := s.source.schedulers(ctx)
	return struct {
		Schedulers []schedulerInfo `json:"schedulers"`
	}{append([]schedulerInfo{}, all...)}, err
}

func (s *site) apiDrivers(context.Context, *http.Request) (any, error) {
	return struct {
		Drivers []host.Driver `json:"drivers"`
	}{append([]host.Driver{}, s.source.drivers()...)}, nil
}

func (s *site) apiJobs(ctx context.Context, r *http.Request) (any, error) {
	q, err := jobQuery(r)
	if err != nil {
		return nil, err
	}
	if text := r.URL.Query().Get("limit"); text != "" {
		if q.Limit, err = strconv.Atoi(text); err != nil || q.Limit < 1 || q.Limit > 1000 {
			return nil, fault.Invalid.New("limit: %q is not a number from 1 to 1000", text)
		}
	}
	jobs, next, err := s.source.jobs(ctx, q)
	public := make([]*host.Job, len(jobs))
	for i, j := range jobs {
		public[i] = withoutPrivate(j)
	}
	return struct {
		Jobs []*host.Job `json:"jobs"`
		Next string      `json:"next,omitempty"`
	}{public, next}, err
}

func (s *site) apiJob(ctx context.Context, r *http.Request) (any, error) {
	j, err := s.source.job(ctx, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return withoutPrivate(j), nil
}

// withoutPrivate is the job without what may hold a secret or tell of the host's own disk: the values of its environment, and where its inputs come from.
func withoutPrivate(j *host.Job) *host.Job {
	public := *j
	public.Spec.Env, public.Spec.Inputs = nil, nil
	for _, in := range j.Spec.Inputs {
		public.Spec.Inputs = append(public.Spec.Inputs, scheduler.Input{Name: in.Name, Mode: in.Mode, Size: in.Size, SHA256: in.SHA256})
	}
	return &public
}
