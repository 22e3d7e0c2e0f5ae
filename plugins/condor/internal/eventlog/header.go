package eventlog

import (
	"strconv"
	"strings"
	"time"
)

// parseHeader reads "005 (123.004.000) 2026-11-22 16:10:47 Job terminated.".
func parseHeader(line string, zone *time.Location) (e Event, ok bool) {
	if len(line) < 5 || line[3] != ' ' || line[4] != '(' {
		return e, false
	}
	code, err := strconv.ParseUint(line[:3], 10, 16)
	if err != nil {
		return e, false
	}
	job, rest, ok := strings.Cut(line[5:], ") ")
	if !ok {
		return e, false
	}
	ids := strings.Split(job, ".")
	if len(ids) != 3 {
		return e, false
	}
	cluster, err1 := strconv.Atoi(ids[0])
	// Of a cluster as a whole it is written "-01".
	proc, err2 := strconv.Atoi(ids[1])
	if err1 != nil || err2 != nil {
		return e, false
	}
	at, title, ok := parseTime(rest, zone)
	return Event{Code: Code(code), Cluster: cluster, Proc: proc, Time: at, Title: title}, ok
}

// parseTime reads the date and time, and returns what follows. The forms are those of the setting DEFAULT_USERLOG_FORMAT_OPTIONS: ISO_DATE (the
// default), with SUB_SECOND and UTC where the pool is set so. The form without a year, of before HTCondor 9, gives a zero time.
func parseTime(s string, zone *time.Location) (at time.Time, title string, ok bool) {
	day, rest, ok := strings.Cut(s, " ")
	if !ok {
		return at, "", false
	}
	clock, title, _ := strings.Cut(rest, " ")
	// "2026-11-22T16:10:47" is ISO 8601 proper.
	if d, t, found := strings.Cut(day, "T"); found {
		day, title, clock = d, rest, t
	}
	if strings.Contains(day, "/") {
		_, err := time.Parse("01/02 15:04:05", day+" "+clock)
		return time.Time{}, title, err == nil
	}
	if utc, found := strings.CutSuffix(clock, "Z"); found {
		clock, zone = utc, time.UTC
	}
	// A fraction of a second is accepted where the layout has none.
	at, err := time.ParseInLocation("2006-01-02 15:04:05", day+" "+clock, zone)
	return at, title, err == nil
}
