package soak_test

import (
	"os"
	"testing"
	"time"
)

// Each task leaves one line in a file outside its folder: what ran, ran once.
func TestLocalSurvivesKills(t *testing.T) {
	dir := build(t, "local")
	configure(t, dir, "scheduler \"local\" \"pool\" {\n}\n")
	jobs, kills := 40, 25
	if os.Getenv("OCEANID_SOAK") != "" {
		jobs, kills = 400, 250
	}
	soak(t, dir, jobs, kills, 1500*time.Millisecond)
	ends(t, dir, jobs)
}
