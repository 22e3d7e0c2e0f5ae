package drivertest

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Time      string      `xml:"time,attr"`
	Timestamp string      `xml:"timestamp,attr"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string      `xml:"classname,attr"`
	Name    string      `xml:"name,attr"`
	Time    string      `xml:"time,attr"`
	Failure *junitWords `xml:"failure"`
	Skipped *junitWords `xml:"skipped"`
}

type junitWords struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the report as the XML that build servers read: a suite for each group, a case for each check. What does not apply is skipped.
func (r *Report) JUnit(w io.Writer) error {
	all := junitSuites{
		Name: r.Driver + " " + r.Version, Tests: len(r.Results),
		Failures: r.Count(Failed), Skipped: r.Count(NotApplicable), Time: seconds(r.Took),
	}
	took := map[string]time.Duration{}
	for _, result := range r.Results {
		if n := len(all.Suites); n == 0 || all.Suites[n-1].Name != result.Group {
			all.Suites = append(all.Suites, junitSuite{Name: result.Group, Timestamp: r.Began.UTC().Format("2006-01-02T15:04:05")})
		}
		s := &all.Suites[len(all.Suites)-1]
		c := junitCase{Class: r.Driver + "." + result.Group, Name: result.Name, Time: seconds(result.Took)}
		switch result.Outcome {
		case Failed:
			s.Failures++
			c.Failure = &junitWords{Message: result.Problem, Text: result.Advice}
		case NotApplicable:
			s.Skipped++
			c.Skipped = &junitWords{Message: result.Problem}
		}
		s.Tests++
		took[s.Name] += result.Took
		s.Time = seconds(took[s.Name])
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	to := xml.NewEncoder(w)
	to.Indent("", "  ")
	if err := to.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
