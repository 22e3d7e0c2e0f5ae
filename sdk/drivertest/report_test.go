package drivertest_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

// some is a report with every outcome, and with what a hostile driver would say.
func some() *drivertest.Report {
	return &drivertest.Report{
		Driver: "slurm", Version: "1.2.3", SDK: "python 0.1.0", Path: "/usr/lib/oceanid/oceanid-slurm",
		Began: time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC), Took: 83*time.Second + 456*time.Millisecond,
		Results: []drivertest.Result{
			{Name: "submit/runs-a-job", Group: "submit", Outcome: drivertest.Passed, Took: 2345 * time.Millisecond, Required: true},
			{
				Name: "submit/same-token-twice", Group: "submit", Outcome: drivertest.Failed, Took: 12 * time.Millisecond, Required: true,
				Problem: "the second Submit gave identifier \"<b>\x1b[31m&2\", the first \"1\"\nand a second line \xff",
				Advice:  "Tag the pool's job with the token. Contract: scheduler.Driver.Submit.",
			},
			{Name: "states/exit-zero-succeeds", Group: "states", Outcome: drivertest.Passed, Took: time.Second, Required: true},
			{Name: "logs/follows", Group: "logs", Outcome: drivertest.NotApplicable, Problem: "the driver does not serve oceanid.scheduler.v1.Logs"},
		},
	}
}

func TestReportAsTable(t *testing.T) {
	t.Parallel()
	written(t, "report.txt", some().Table)
}

func TestReportAsJUnit(t *testing.T) {
	t.Parallel()
	out := written(t, "report.xml", some().JUnit)
	for d := xml.NewDecoder(bytes.NewReader(out)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("no XML: %v", err)
		}
	}
}

func TestReportAsJSON(t *testing.T) {
	t.Parallel()
	out := written(t, "report.json", some().JSON)
	var back drivertest.Report
	if err := json.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	want := some()
	// JSON holds UTF-8 only.
	want.Results[1].Problem = back.Results[1].Problem
	if !reflect.DeepEqual(&back, want) {
		t.Errorf("%+v came back as %+v", want, back)
	}
}

func written(t *testing.T, name string, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", name), b.Bytes())
	return b.Bytes()
}

func TestReportCounts(t *testing.T) {
	t.Parallel()
	r := some()
	if r.OK() || r.Count(drivertest.Passed) != 2 || r.Count(drivertest.Failed) != 1 || r.Count(drivertest.NotApplicable) != 1 {
		t.Errorf("counted %d, %d, %d", r.Count(drivertest.Passed), r.Count(drivertest.Failed), r.Count(drivertest.NotApplicable))
	}
	if r.Results = r.Results[2:]; !r.OK() {
		t.Error("a report without failures is not OK")
	}
}
