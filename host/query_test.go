package host_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/fault"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestParseJobQuery(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]host.JobQuery{
		"":                                   {},
		"  user=ada\t":                       {User: "ada"},
		"state=running,held user=ada":        {States: []scheduler.State{scheduler.Running, scheduler.Held}, User: "ada"},
		`name="big flood" group=g`:           {Name: "big flood", Group: "g"},
		"scheduler=Default of=s-1":           {Scheduler: "Default", Of: "s-1"},
		"label.project=x label.a.b=y":        {Labels: map[string]string{"project": "x", "a.b": "y"}},
		`label."my own"="a=\"b\"" label.e=`:  {Labels: map[string]string{"my own": `a="b"`, "e": ""}},
		"since=2026-11-01T13:00:00+01:00":    {Since: noon},
		"since=2026-10-31 until=2026-11-01":  {Since: noon.Add(-36 * time.Hour), Until: noon.Add(-12 * time.Hour)},
		"until=2026-11-01T12:00:00.0009999Z": {Until: noon},
		"user=größe,klein":                   {User: "größe,klein"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := host.ParseJobQuery(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseJobQueryAgo(t *testing.T) {
	t.Parallel()
	for text, ago := range map[string]time.Duration{"90m": 90 * time.Minute, "24h": 24 * time.Hour, "7d": 7 * 24 * time.Hour, "1d12h": 36 * time.Hour, "0d": 0, "0s": 0} {
		before := time.Now()
		q, err := host.ParseJobQuery("since=" + text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if least, most := before.Add(-ago-time.Millisecond), time.Now().Add(-ago); q.Since.Before(least) || q.Since.After(most) {
			t.Errorf("%s ago is %v, not between %v and %v", text, q.Since, least, most)
		}
	}
}

func TestParseJobQueryMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"running":                               "write key=value",
		"=x":                                    "write key=value",
		"stat=running":                          "did you mean state?",
		"labl.x=1":                              "there is no key",
		"user":                                  "write key=value",
		"user=":                                 "user has no value",
		"user=ada user=bob":                     "user is there twice",
		"label.a=1 label.a=2":                   "label.a is there twice",
		"state=runing":                          "did you mean running?",
		"state=":                                "there is no state",
		"state=done":                            "pending, queued, running",
		`name="big flood`:                       "the quotes do not end",
		`name="big"flood`:                       "follows the quoted value",
		`name=a"b`:                              "needs quotes",
		"since=yesterday":                       "neither a time",
		"since=-3h":                             "neither a time",
		"since=999999d":                         "neither a time",
		"since=65000d":                          "longer ago",
		"since=1066-10-14":                      "a year that no job is of",
		"since=2026-11-02 until=2026-11-01":     "nothing is both",
		"limit=5":                               "there is no key",
		"\u00a0user=ada\u00a0scheduler=x after": "write key=value",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			q, err := host.ParseJobQuery(text)
			if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v, %v; want an error with %q", q, err, want)
			}
		})
	}
}

// What is written is read back as what it was, and what is read is written in one way.
func FuzzJobQuery(f *testing.F) {
	for _, seed := range []string{
		"", "state=running,held user=ada label.project=x since=24h name=flood group=g scheduler=Default", `label."a b"="c=\"d\"" of=x`,
		"since=2026-11-01 until=2026-11-01T12:00:00.123456+05:00", "name=\"\\xff\\u00a0\" user=\xff", "label.=x label.\"\"=y", "since=9999-12-31T23:59:59-23:59",
		"label.\"a\\\"b\"=c", "user=\ufffd",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := host.ParseJobQuery(text)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Errorf("the error is %v", err)
			}
			return
		}
		again, err := host.ParseJobQuery(q.String())
		if err != nil {
			t.Fatalf("%q was written as %q: %v", text, q, err)
		}
		if diff := cmp.Diff(q, again); diff != "" {
			t.Errorf("%q was written as %q: %s", text, q, diff)
		}
		if again.String() != q.String() {
			t.Errorf("%q, then %q", q, again)
		}
	})
}

// Any conditions can be written, whatever the texts hold.
func FuzzJobQueryTexts(f *testing.F) {
	f.Add("ada", "a b", `q"u`, "=", "\x00\xff")
	f.Fuzz(func(t *testing.T, user, name, group, label, value string) {
		q := host.JobQuery{User: user, Name: name, Group: group, Labels: map[string]string{label: value}}
		again, err := host.ParseJobQuery(q.String())
		if err != nil {
			t.Fatalf("%q: %v", q, err)
		}
		if diff := cmp.Diff(q, again); diff != "" {
			t.Errorf("%q: %s", q, diff)
		}
	})
}

func TestJobQueryJSON(t *testing.T) {
	t.Parallel()
	q, err := host.ParseJobQuery("state=held user=ada label.project=x since=2026-11-01 of=s-1")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(q)
	if want := `{"user":"ada","state":["held"],"label":{"project":"x"},"of":"s-1","since":"2026-11-01T00:00:00Z"}`; err != nil || string(text) != want {
		t.Errorf("%v\ngot  %s\nwant %s", err, text, want)
	}
	var again host.JobQuery
	if err := json.Unmarshal(text, &again); err != nil || again.String() != q.String() {
		t.Errorf("%v, %q", err, again)
	}
}
