package eventlog_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/eventlog"
)

var zone = time.FixedZone("pool", 3600)

func sample(t testing.TB) []byte {
	log, err := os.ReadFile("testdata/pool.log")
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func readAll(r io.Reader, offset int64) (all []eventlog.Event, err error) {
	events := eventlog.NewReader(r, offset, zone)
	for {
		e, err := events.Next()
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	all, err := readAll(bytes.NewReader(sample(t)), 0)
	if err != io.EOF || len(all) != 18 {
		t.Fatalf("%d events, %v", len(all), err)
	}
	for _, e := range all {
		if e.Gap {
			t.Errorf("a gap before %+v", e)
		}
	}
	if e := all[0]; e.Code != eventlog.Submit || e.Cluster != 2 || e.Proc != 0 || !slices.Contains(e.Notes(), "oceanid:t-abc:2") || !e.Time.Equal(time.Date(2026, 11, 22, 15, 10, 45, 0, time.UTC)) {
		t.Errorf("%+v", e)
	}
	if e := all[1]; e.Code != eventlog.FileTransfer || e.Title != "Started transferring input files" {
		t.Errorf("%+v", e)
	}
	if e := all[2]; e.Code != eventlog.Execute || e.Slot() != "slot1_1@pool" {
		t.Errorf("%+v", e)
	}
	if e := all[4]; e.Code != eventlog.Disconnected || !strings.HasPrefix(e.Reason(), "Socket between submit and execute hosts closed unexpectedly") {
		t.Errorf("%+v", e)
	}
	if code, signal, ok := all[6].Exit(); code != 137 || signal != 0 || !ok {
		t.Errorf("%+v", all[6])
	}
	if code, signal, ok := all[7].Exit(); code != 0 || signal != 9 || !ok || all[7].Time.Nanosecond() != 250e6 {
		t.Errorf("%+v", all[7])
	}
	if e := all[8]; !e.Time.Equal(time.Date(2026, 11, 22, 16, 13, 27, 0, time.UTC)) {
		t.Errorf("UTC: %+v", e)
	}
	if got := all[9].Reason(); got != "Error from slot1_2@pool: Failed to execute '/bin/sh'" {
		t.Errorf("evicted: %q", got)
	}
	if e := all[10]; e.Reason() != "Transfer input files failure at access point pool: reading task.sh and more of it" {
		t.Errorf("held: %q", e.Reason())
	}
	if code, sub := all[10].HoldCode(); code != 13 || sub != 2 {
		t.Errorf("held: %d, %d", code, sub)
	}
	if got := all[12].Reason(); got != "via condor_rm (by user ada)" {
		t.Errorf("aborted: %q", got)
	}
	if e := all[13]; e.Code != eventlog.ClusterSubmit || e.Proc != -1 || !slices.Contains(e.Notes(), "oceanid:t-def:600") {
		t.Errorf("%+v", e)
	}
	if jobs, how := all[15].Materialized(); jobs != 5 || how != "Incomplete" {
		t.Errorf("%d, %q", jobs, how)
	}
	if jobs, how := all[16].Materialized(); jobs != 600 || how != "Complete" {
		t.Errorf("%d, %q", jobs, how)
	}
	if e := all[17]; !e.Time.IsZero() || e.Title != "Job terminated." {
		t.Errorf("a date without a year: %+v", e)
	}
}

// Whoever was away comes back to the end of the last event: wherever the stream broke off, no event is told twice, none is left out, none in half.
func TestEveryBreakResumes(t *testing.T) {
	t.Parallel()
	log := sample(t)
	whole, _ := readAll(bytes.NewReader(log), 0)
	for cut := range log {
		first, err := readAll(bytes.NewReader(log[:cut]), 0)
		if err != io.EOF {
			t.Fatal(err)
		}
		var offset int64
		if len(first) > 0 {
			offset = first[len(first)-1].End
		}
		if offset > int64(cut) {
			t.Fatalf("cut at %d, an event ends at %d", cut, offset)
		}
		rest, _ := readAll(bytes.NewReader(log[offset:]), offset)
		if len(first)+len(rest) != len(whole) {
			t.Fatalf("cut at %d: %d and %d events of %d", cut, len(first), len(rest), len(whole))
		}
		for i, e := range append(first, rest...) {
			if e.End != whole[i].End || e.Gap || e.Title != whole[i].Title {
				t.Fatalf("cut at %d: event %d is %+v", cut, i, e)
			}
		}
	}
}

// An event that a full disk has cut short costs that event, and is told.
func TestCutEvent(t *testing.T) {
	t.Parallel()
	good := "012 (1.2.0) 2026-11-22 16:13:28 Job was held.\n\twhy\n\tCode 1 Subcode 0\n...\n"
	for name, bad := range map[string]string{
		"in the body":    "005 (1.1.0) 2026-11-22 16:13:28 Job terminated.\n\t(1) Normal term\n",
		"in the header":  "005 (1.1.0) 2026-1\n",
		"without header": "\t(1) Normal termination (return value 0)\n...\n",
		"binary":         "\x00\x00\x00\x00\n",
		"a long line":    strings.Repeat("x", 3<<20) + "\n",
		"endless":        "005 (1.1.0) 2026-11-22 16:13:28 Job terminated.\n" + strings.Repeat("\tx\n", 20_000) + "...\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, err := readAll(strings.NewReader(good+bad+good+good), 0)
			if err != io.EOF || len(all) != 3 || all[0].Gap || !all[1].Gap || all[2].Gap {
				t.Fatalf("%d events, %v", len(all), err)
			}
			if all[1].Code != eventlog.Held || all[1].End != int64(len(good+bad+good)) {
				t.Errorf("%+v", all[1])
			}
		})
	}
}

func TestErrorOfTheStream(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	all, err := readAll(io.MultiReader(bytes.NewReader(sample(t)[:3000]), brokenReader{broken}), 0)
	if !errors.Is(err, broken) || len(all) == 0 {
		t.Errorf("%d events, %v", len(all), err)
	}
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

func FuzzReader(f *testing.F) {
	f.Add(sample(f))
	f.Fuzz(func(t *testing.T, log []byte) {
		all, _ := readAll(bytes.NewReader(log), 0)
		last := int64(0)
		for _, e := range all {
			if e.End <= last || e.End > int64(len(log)) {
				t.Fatalf("an event ends at %d after one that ends at %d", e.End, last)
			}
			last = e.End
			e.Reason()
			e.Exit()
			e.HoldCode()
			e.Materialized()
			e.Slot()
			e.Notes()
		}
	})
}
