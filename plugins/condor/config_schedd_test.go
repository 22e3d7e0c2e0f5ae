package main

import (
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk"
)

func TestConfigOfASchedd(t *testing.T) {
	t.Parallel()
	const token = "e30.eyJpc3MiOiJsYWIifQ.c2ln"
	for name, test := range map[string]struct {
		c    Config
		says string
	}{
		"good":            {Config{Schedd: "pool@", Collector: "cm:9618", Token: token}, ""},
		"with a host":     {Config{Host: "ap", Schedd: "pool@", Collector: "cm", Token: token}, "contradicts host"},
		"no collector":    {Config{Schedd: "pool@", Token: token}, "collector"},
		"no token":        {Config{Schedd: "pool@", Collector: "cm"}, "must be set with schedd, or token_path"},
		"both tokens":     {Config{Schedd: "pool@", Collector: "cm", Token: token, TokenPath: "/x"}, "contradicts token"},
		"a token alone":   {Config{Token: token}, "means nothing without a schedd"},
		"no file":         {Config{Schedd: "pool@", Collector: "cm", TokenPath: "/nowhere/token"}, "there is no file /nowhere/token"},
		"no token at all": {Config{Schedd: "pool@", Collector: "cm", Token: sdk.Secret("hunter2")}, "no token as condor_token_create"},
		"a macro":         {Config{Schedd: "$(X)", Collector: "cm", Token: token}, "no name of a schedd"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.c.Validate()
			switch {
			case test.says == "" && err != nil:
				t.Error(err)
			case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "hunter2")):
				t.Errorf("%v", err)
			}
		})
	}
}
