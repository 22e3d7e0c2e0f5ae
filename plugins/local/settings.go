package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"
)

// settings are what a driver tells the keeper, in a file that the last driver to open the folder wrote.
type settings struct {
	Slots int           `json:"slots"`
	Keep  time.Duration `json:"keep"`
	// Grace is how long a task has to end by itself after SIGTERM; 0: 5 s.
	Grace time.Duration `json:"grace,omitempty"`
	// Linger is how long a keeper without work stays for more; 0: 10 s.
	Linger time.Duration `json:"linger,omitempty"`
}

const settingsFile = "settings.json"

func (s settings) grace() time.Duration  { return orElse(s.Grace, 5*time.Second) }
func (s settings) linger() time.Duration { return orElse(s.Linger, 10*time.Second) }

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}

// readSettings are those of the folder; without any, one task runs at a time and everything is kept.
func readSettings(f folder) (settings, error) {
	s := settings{Slots: 1}
	text, err := os.ReadFile(f.control(settingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	s.Slots = max(s.Slots, 1)
	return s, err
}

// write makes s the folder's settings, if they are not already.
func (s settings) write(f folder) error {
	if old, err := readSettings(f); err == nil && old == s {
		return nil
	}
	text, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return err
	}
	scratch := f.scratch("settings")
	if err := writeDurably(scratch, text); err != nil {
		return err
	}
	return os.Rename(scratch, f.control(settingsFile))
}
