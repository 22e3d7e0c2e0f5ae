package eventlog_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
)

// The log has the local time of its machine and no word of which: the nights on which the clocks are set lose no event and give each a time that is not further off than the
// hour that they are set by.
func TestNightsOnWhichClocksAreSet(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, night := range map[string]time.Time{
		"back": time.Date(2026, 10, 24, 23, 30, 0, 0, time.UTC),
		"on":   time.Date(2026, 3, 28, 23, 30, 0, 0, time.UTC),
		"none": time.Date(2026, 6, 28, 23, 30, 0, 0, time.UTC),
	} {
		var log strings.Builder
		var at []time.Time
		for now := night; now.Before(night.Add(4 * time.Hour)); now = now.Add(10 * time.Minute) {
			at = append(at, now)
			fmt.Fprintf(&log, "001 (%03d.000.000) %s Job executing on host: <x>\n...\n", len(at), now.In(berlin).Format(time.DateTime))
		}
		events := eventlog.NewReader(strings.NewReader(log.String()), 0, berlin)
		for i := 0; ; i++ {
			e, err := events.Next()
			if err == io.EOF {
				if i != len(at) {
					t.Errorf("%s: %d of %d events", name, i, len(at))
				}
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			off := e.Time.Sub(at[i]).Abs()
			if e.Gap || e.Cluster != i+1 || off > time.Hour || name != "back" && off != 0 {
				t.Errorf("%s: the event of %v is %+v", name, at[i], e)
			}
		}
	}
}

// A clock that is set back while the log is written: nothing is skipped, for events go by their place in it.
func TestAClockThatGoesBack(t *testing.T) {
	t.Parallel()
	const log = "000 (001.000.000) 2026-11-22 16:00:00 Job submitted from host: <x>\n...\n" +
		"001 (001.000.000) 2026-11-22 15:00:01 Job executing on host: <x>\n...\n" +
		"005 (001.000.000) 1969-12-31 23:59:59 Job terminated.\n\t(1) Normal termination (return value 0)\n...\n"
	all, err := readAll(strings.NewReader(log), 0)
	if err != io.EOF || len(all) != 3 || all[2].Code != eventlog.Terminated || all[0].Gap || all[1].Gap || all[2].Gap {
		t.Errorf("%+v, %v", all, err)
	}
}
