package config

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/oceanid/oceanid/internal/span"
)

// duration is given in the form in which Go prints durations, which is what drivers get.
func (c *checker) duration(given any, at path, quiet bool) (any, bool) {
	const usual = `write a number and its unit: "500ms", "30s", "5m", "1h30m", "90d"`
	unit := func(n string) (any, bool) {
		hint := usual
		if !quiet && len(n) <= 20 {
			hint = fmt.Sprintf("write %q if seconds are meant", n+"s")
		}
		c.find(at, false, hint, "%s is a duration and needs a unit", at)
		return nil, false
	}
	if n, ok := given.(*big.Float); ok {
		return unit(n.Text('g', 10))
	}
	if n, ok := given.(json.Number); ok {
		return unit(n.String())
	}
	s, ok := given.(string)
	if !ok {
		c.find(at, false, usual, "%s must be a duration, not %s", at, noun(given))
		return nil, false
	}
	d, err := span.Parse(s)
	switch _, unitless := number(s); {
	case err != nil && unitless:
		return unit(strings.TrimSpace(s))
	case err != nil:
		c.find(at, false, usual, "%s must be a duration", at)
		return nil, false
	case d < 0:
		c.find(at, false, "", "%s must not be negative", at)
		return nil, false
	}
	return d.String(), true
}
