package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// entry is a line of squeue: a job, a task of an array, or all the tasks of an array that still wait.
type entry struct {
	token  string
	number string // of the job; of the array, for its tasks
	tasks  []run
	state  string // Slurm's word
	reason string // Slurm's word
	exit   *scheduler.Exit
	node   string

	submitted, started, ended time.Time
}

// run is some neighbouring tasks.
type run struct{ first, count int }

// columns are what squeue prints of each, with a sign that none of them but the last can hold.
const columns = "ArrayJobID:|,ArrayTaskID:|,State:|,Reason:|,exit_code:|,NodeList:|,SubmitTime:|,StartTime:|,EndTime:|,Comment:|"

// commentSign comes before the token in the comment of our jobs.
const commentSign = "oceanid:"

// queue asks Slurm once for all that it knows of the account's jobs, those too that have ended lately (MinJobAge).
func (d *driver) queue(ctx context.Context) (map[string][]entry, error) {
	out, err := d.ask(ctx, "squeue", "--me", "--states=all", "--noheader", "--Format="+columns)
	if err != nil {
		return nil, err
	}
	byToken := map[string][]entry{}
	for line := range strings.Lines(out) {
		if e, ours := parseEntry(strings.TrimSuffix(line, "\n")); ours {
			byToken[e.token] = append(byToken[e.token], e)
		}
	}
	return byToken, nil
}

func parseEntry(line string) (e entry, ours bool) {
	f := strings.SplitN(line, "|", 10)
	if len(f) != 10 {
		return e, false
	}
	token, found := strings.CutPrefix(strings.TrimSuffix(f[9], "|"), commentSign)
	if !found || !tokens.MatchString(token) {
		return e, false
	}
	e = entry{
		token: token, number: f[0], tasks: parseTasks(f[1]), state: f[2], reason: f[3], exit: parseExit(f[4]), node: f[5],
		submitted: parseTime(f[6]), started: parseTime(f[7]), ended: parseTime(f[8]),
	}
	return e, true
}

// parseTasks reads "N/A", "17", "0-9,12,20-40:2" or "5-9%2", the last meaning that only two of them may run at once.
func parseTasks(text string) (runs []run) {
	text, _, _ = strings.Cut(strings.Trim(text, "[]"), "%")
	for part := range strings.SplitSeq(text, ",") {
		part, stride, stepped := strings.Cut(part, ":")
		from, to, several := strings.Cut(part, "-")
		first, err := strconv.Atoi(from)
		if err != nil {
			return []run{{0, 1}}
		}
		last, step := first, 1
		if several {
			if last, err = strconv.Atoi(to); err != nil {
				continue
			}
		}
		if stepped {
			step, _ = strconv.Atoi(stride)
		}
		if step <= 1 {
			runs = append(runs, run{first, last - first + 1})
			continue
		}
		for task := first; task <= last; task += step {
			runs = append(runs, run{task, 1})
		}
	}
	return runs
}

// parseExit reads "3:0", exit code and signal.
func parseExit(text string) *scheduler.Exit {
	code, signal, _ := strings.Cut(text, ":")
	c, err := strconv.Atoi(code)
	s, err2 := strconv.Atoi(signal)
	if err != nil || err2 != nil {
		return nil
	}
	if s != 0 {
		return &scheduler.Exit{Signal: s}
	}
	return &scheduler.Exit{Code: c}
}

// parseTime reads seconds since 1970; Slurm writes N/A or NONE where it knows nothing.
func parseTime(text string) time.Time {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}
