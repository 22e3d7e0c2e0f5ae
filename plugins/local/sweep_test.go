package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestWhatWasAbandonedIsRemoved(t *testing.T) {
	t.Parallel()
	p := newPool(t, 1)
	f := p.folder
	lastMonth, yesterday := time.Now().Add(-30*24*time.Hour), time.Now().Add(-24*time.Hour)
	for path, age := range map[string]time.Time{
		f.uploads("old"): lastMonth, f.uploads("new"): yesterday,
		filepath.Join(f.staging(), "old~1"): lastMonth, filepath.Join(f.staging(), "new~1"): yesterday,
		f.control("old"): lastMonth, f.control("new"): yesterday, f.control("kept"): lastMonth, f.job("kept"): lastMonth,
	} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, age, age); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Remove(f.job("kept"))
	eventually(t, "a keeper to remove it", func() bool {
		p.run(shell("exit 0"))
		for _, path := range []string{f.uploads("old"), filepath.Join(f.staging(), "old~1"), f.control("old")} {
			if there, err := exists(path); there || err != nil {
				return false
			}
		}
		return true
	})
	for _, path := range []string{f.uploads("new"), filepath.Join(f.staging(), "new~1"), f.control("new"), f.control("kept")} {
		if there, err := exists(path); !there || err != nil {
			t.Errorf("%s is gone: %v", path, err)
		}
	}
}
