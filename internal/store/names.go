package store

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agext/levenshtein"

	"github.com/oceanid/oceanid/sdk/fault"
)

// check refuses a record that cannot be kept, and gives what of it the scripts need not look into.
func (sch Scheduler) check() (data []byte, err error) {
	if err := checkName(sch.Name); err != nil {
		return nil, err
	}
	if sch.Type == "" || len(sch.Type) > 64 || strings.ContainsFunc(sch.Type, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) {
		return nil, fault.Invalid.New("scheduler %q: %q is not the name of a driver", sch.Name, sch.Type)
	}
	if !validUID(sch.UID) {
		return nil, fault.Invalid.New("scheduler %q: %q is not a uid: it must be 8 characters of a-z and 0-9", sch.Name, sch.UID)
	}
	config := sch.Config
	if len(bytes.TrimSpace(config)) == 0 {
		config = nil
	} else if !json.Valid(config) {
		return nil, fault.Invalid.New("scheduler %q: the configuration is not JSON", sch.Name)
	}
	return json.Marshal(schedulerData{config, sch.Sealed, sch.Source, sch.Digest})
}

func checkName(name string) error {
	switch {
	case name == "":
		return fault.Invalid.New("a scheduler needs a name")
	case len(name) > 128:
		return fault.Invalid.New("scheduler %q…: a name has at most 128 bytes, this one has %d", strings.ToValidUTF8(name[:32], ""), len(name))
	case !utf8.ValidString(name):
		return fault.Invalid.New("scheduler %q: a name must be UTF-8", name)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fault.Invalid.New("scheduler %q: a name must be without control characters", name)
	}
	return nil
}

// noSuchName says that a scheduler is missing, and which name may have been meant.
func (s *Store) noSuchName(ctx context.Context, name string) error {
	const lookedThrough = 2000
	names, err := s.client.HKeys(ctx, registry+"names").Result()
	if err == nil && len(names) <= lookedThrough {
		if near := nearest(name, names); near != "" {
			return fault.NotFound.New("scheduler %q: no such name; did you mean %q?", name, near)
		}
	}
	return fault.NotFound.New("scheduler %q: no such name", name)
}

// nearest is the most similar name, or "" when none is similar.
func nearest(name string, names []string) string {
	best, most := "", 0.6
	for _, n := range names {
		if alike := levenshtein.Match(strings.ToLower(name), strings.ToLower(n), nil); alike > most || alike == most && n < best {
			best, most = n, alike
		}
	}
	return best
}
