package host

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

// JobQuery says which jobs are wanted. Conditions left out do not restrict; those given must all hold.
//
// The same conditions can be written as one line, for commands and pages: [ParseJobQuery] reads it, String writes it.
type JobQuery struct {
	// Scheduler wants those of one scheduler, by name.
	Scheduler string `json:"scheduler,omitempty"`
	// User wants those of one user, Group those that one group may see, Name those of exactly that name.
	User  string `json:"user,omitempty"`
	Group string `json:"group,omitempty"`
	Name  string `json:"name,omitempty"`
	// States wants those in one of these states.
	States []scheduler.State `json:"state,omitempty"`
	// Labels wants those that have all of these.
	Labels map[string]string `json:"label,omitempty"`
	// Of wants the resubmissions of that job.
	Of string `json:"of,omitempty"`
	// Since and Until want those that were made at Since or later, and before Until, to the millisecond.
	Since time.Time `json:"since,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// After is the cursor that the page before gave; "" is the first page.
	After string `json:"after,omitempty"`
	// Limit is the size of the page. Default 50, at most 1000.
	Limit int `json:"limit,omitempty"`
}

// The keys of a query in words, besides label.NAME.
const (
	keyScheduler = "scheduler"
	keyUser      = "user"
	keyGroup     = "group"
	keyName      = "name"
	keyState     = "state"
	keyOf        = "of"
	keySince     = "since"
	keyUntil     = "until"
	keyLabel     = "label."
)

// texts are the conditions on a text, in the order in which String writes them.
func (q *JobQuery) texts() []condition {
	return []condition{{keyUser, &q.User}, {keyGroup, &q.Group}, {keyName, &q.Name}, {keyScheduler, &q.Scheduler}, {keyOf, &q.Of}}
}

type condition struct {
	key  string
	text *string
}

// String writes the conditions in the words that ParseJobQuery reads, which gives the same conditions back, times to the millisecond. After and Limit are
// of a page, and not written. A query without conditions is "".
func (q JobQuery) String() string {
	var terms []string
	if len(q.States) > 0 {
		names := make([]string, len(q.States))
		for i, s := range q.States {
			names[i] = string(s)
		}
		terms = append(terms, keyState+"="+strings.Join(names, ","))
	}
	for _, c := range q.texts() {
		if *c.text != "" {
			terms = append(terms, c.key+"="+quoted(*c.text))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(q.Labels)) {
		terms = append(terms, keyLabel+quoted(name)+"="+quoted(q.Labels[name]))
	}
	for _, c := range []struct {
		key string
		at  time.Time
	}{{keySince, q.Since}, {keyUntil, q.Until}} {
		if !c.at.IsZero() {
			terms = append(terms, c.key+"="+c.at.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano))
		}
	}
	return strings.Join(terms, " ")
}

// quoted is a text as it stands in a query: as it is, or in double quotes where it would be read as something else.
func quoted(text string) string {
	odd := func(r rune) bool {
		return r == '"' || r == '=' || r == '\\' || r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.IsSpace(r)
	}
	if text == "" || strings.ContainsFunc(text, odd) {
		return strconv.Quote(text)
	}
	return text
}
