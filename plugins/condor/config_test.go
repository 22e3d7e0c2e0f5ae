package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oceanid/oceanid/sdk"
	"github.com/oceanid/oceanid/sdk/fault"
)

func TestConfigIsASchema(t *testing.T) {
	t.Parallel()
	if err := sdk.Scheduler("condor", version, New).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestConfigurationsThatCannotBeRight(t *testing.T) {
	t.Parallel()
	rubbish := filepath.Join(t.TempDir(), "rubbish")
	if err := os.WriteFile(rubbish, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		config Config
		says   []string
	}{
		"password without a host":  {Config{Password: "x"}, []string{"password: ", "without a host"}},
		"port without a host":      {Config{Port: 22}, []string{"port: "}},
		"two ports":                {Config{Host: "h:22", Port: 23}, []string{"port: ", `"h:22"`}},
		"port of a host":           {Config{Host: "h:ssh"}, []string{"host: ", `"ssh"`}},
		"port too big":             {Config{Host: "h", Port: 65536}, []string{"port: 65536"}},
		"account in the host":      {Config{Host: "ada@h"}, []string{"host: ", "username"}},
		"no key file":              {Config{Host: "h", PrivateKeyPath: "/no/such/key"}, []string{"private_key_path: ", "/no/such/key"}},
		"no key in the file":       {Config{Host: "h", PrivateKeyPath: rubbish}, []string{"private_key_path: ", rubbish}},
		"passphrase of no key":     {Config{Host: "h", PrivateKeyPassphrase: "x"}, []string{"private_key_passphrase: "}},
		"pinned rubbish":           {Config{Host: "h", HostKey: []string{"x"}}, []string{"host_key: ", "ssh-ed25519 AAAA"}},
		"negative timeout":         {Config{Host: "h", Timeout: -time.Second}, []string{"timeout: "}},
		"relative directory":       {Config{Directory: "x"}, []string{"directory: "}},
		"directory with a blank":   {Config{Directory: "~/a b"}, []string{"directory: "}},
		"directory with a macro":   {Config{Directory: "/a/$(x)"}, []string{"directory: "}},
		"tools nowhere":            {Config{Tools: "bin"}, []string{"tools: "}},
		"two mistakes":             {Config{Host: "a b", Tools: "bin"}, []string{"host: ", "tools: "}},
		"trust and pinned at once": {Config{Host: "h", TrustNewHost: true, HostKey: []string{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxW0a1QzYJbVsVwFPcVHFiYAYEsF0W4Kb2VRjGmOVmZ"}}, []string{"trust_new_host: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantFault(t, test.config.Validate(), fault.Invalid, test.says...)
		})
	}
}

func TestConfigurationsThatAreRight(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config Config
		target string
	}{
		"name":             {Config{Host: "h", Username: "u"}, "u@h:22"},
		"name and port":    {Config{Host: "h:2222", Username: "u"}, "u@h:2222"},
		"port apart":       {Config{Host: "h", Port: 2222, Username: "u"}, "u@h:2222"},
		"IPv6":             {Config{Host: "2001:db8::1", Username: "u"}, "u@[2001:db8::1]:22"},
		"IPv6 and port":    {Config{Host: "[2001:db8::1]:2222", Username: "u"}, "u@[2001:db8::1]:2222"},
		"IPv6 in brackets": {Config{Host: "[2001:db8::1]", Username: "u"}, "u@[2001:db8::1]:22"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := test.config.Validate(); err != nil {
				t.Fatal(err)
			}
			target, err := test.config.target()
			if err != nil || target.String() != test.target || target.Timeout != defaultTimeout || !strings.HasSuffix(target.KnownHosts[0], "/.ssh/known_hosts") {
				t.Errorf("%+v, %v", target, err)
			}
		})
	}
	if err := (Config{}).Validate(); err != nil {
		t.Errorf("the zero value: %v", err)
	}
}
