// Package span reads how long something takes, as people write it in files, flags and queries: one reading for all of them.
package span

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// Day is one of 24 hours, whatever a calendar says of it.
const Day = 24 * time.Hour

// Parse reads a duration as time.ParseDuration does, and lets it begin with whole days: "90d", "1d12h", "500ms". What stands behind days is added to them and so
// has no sign. The error says what is wrong, without the text that was read.
func Parse(text string) (time.Duration, error) {
	before, rest, inDays := strings.Cut(text, "d")
	if !inDays {
		d, err := time.ParseDuration(text)
		if err != nil {
			err = errors.New("it is no number with a unit")
		}
		return d, err
	}
	days, err := strconv.ParseUint(before, 10, 32)
	if err != nil {
		return 0, errors.New("it does not begin with a whole number of days")
	}
	if days > uint64(math.MaxInt64/Day) {
		return 0, errors.New("it has too many days")
	}
	d := time.Duration(days) * Day
	if rest == "" {
		return d, nil
	}
	more, err := time.ParseDuration(rest)
	switch {
	case err != nil || strings.ContainsAny(rest[:1], "+-"):
		return 0, errors.New("what stands behind its days is no number with a unit")
	case more > math.MaxInt64-d:
		return 0, errors.New("it has too many days")
	}
	return d + more, nil
}
