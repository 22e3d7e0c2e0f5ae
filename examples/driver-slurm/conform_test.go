package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/oceanid/oceanid/sdk/drivertest"
)

// TestConformance runs Oceanid's own suite against the program as an operator would install it, on the lab's cluster.
func TestConformance(t *testing.T) {
	c := account(slurm(t), "cyd")
	program := filepath.Join(t.TempDir(), "oceanid-slurm")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	config, err := json.Marshal(map[string]any{
		"host": c.Host, "username": c.Username, "private_key_path": c.PrivateKeyPath, "known_hosts_path": c.KnownHostsPath, "timeout": "20s",
	})
	if err != nil {
		t.Fatal(err)
	}
	drivertest.Binary(t, program, drivertest.Options{Config: config})
}
