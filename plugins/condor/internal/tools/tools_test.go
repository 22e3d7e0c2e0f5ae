package tools_test

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/plugins/condor/internal/tools"
)

func token(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestReadClaims(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text  string
		lacks string
		bad   bool
	}{
		"whole":       {token(`{"iss":"lab","sub":"ada@lab","exp":1795405266,"scope":"condor:\/READ condor:\/WRITE"}`), "", false},
		"reads":       {token(`{"iss":"lab","sub":"ada@lab","scope":"condor:/READ"}`), "WRITE", false},
		"unlimited":   {"# mine\n\n" + token(`{"iss":"lab","sub":"ada@lab"}`) + "\n", "", false},
		"no token":    {"hunter2", "", true},
		"empty":       {"\n# nothing\n", "", true},
		"not base64":  {"a.!.b", "", true},
		"another JWT": {token(`{"sub":"x"}`), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := tools.ReadClaims([]byte(test.text))
			if test.bad != errors.Is(err, tools.ErrNoToken) || err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("%+v, %v", c, err)
			}
			if got := strings.Join(c.Lacks(), " "); got != test.lacks {
				t.Errorf("it lacks %q, not %q", got, test.lacks)
			}
			if name == "whole" && (c.Subject != "ada@lab" || !c.Expires.Equal(time.Unix(1795405266, 0))) {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]bool{"pool@": true, "ap1.example.org": true, "": false, "a b": false, "$(X)": false, "-name": false, "x\ny": false} {
		if tools.ValidName(name) != good {
			t.Errorf("%q", name)
		}
	}
	for address, good := range map[string]bool{"cm.example.org": true, "10.0.0.1:9618": true, "[::1]:9618": true, "": false, "cm:x": false, "cm, other": false, "$ENV(X)": false} {
		if tools.ValidCollector(address) != good {
			t.Errorf("%q", address)
		}
	}
}

// What is installed runs the real tools with nothing of the caller's environment, and only the account can read it.
func TestInstall(t *testing.T) {
	t.Parallel()
	real, folder := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(real, "condor_q"), []byte("#!/bin/sh\nenv\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	secret := token(`{"iss":"lab"}`)
	scripts, err := tools.Install(folder, tools.Schedd{Name: "pool@", Collector: "cm:9618", Token: secret, Folder: real})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(scripts, "condor_q"))
	if err != nil || !strings.Contains(string(text), "env -i") || strings.Contains(string(text), secret) {
		t.Errorf("%s%v", text, err)
	}
	if _, err := os.Stat(filepath.Join(scripts, "condor_rm")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a tool that is not there: %v", err)
	}
	info, err := os.Stat(filepath.Join(folder, "tokens.d", "token"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, ".new-*")); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
	if _, err := tools.Install(filepath.Join(folder, "a b"), tools.Schedd{}); !errors.Is(err, tools.ErrFolder) {
		t.Errorf("%v", err)
	}
}
