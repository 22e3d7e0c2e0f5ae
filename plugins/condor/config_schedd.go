package main

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/oceanid/oceanid/plugins/condor/internal/tools"
	"github.com/oceanid/oceanid/sdk"
)

// validateSchedd looks at what belongs to a schedd that is reached by a token. Whether the token has expired is told when it is used: it may be renewed.
func (c Config) validateSchedd() error {
	var errs []error
	invalid := func(field, format string, args ...any) { errs = append(errs, sdk.Invalid(field, format, args...)) }
	if c.Schedd == "" {
		for field, set := range map[string]bool{"collector": c.Collector != "", "token": c.Token != "", "token_path": c.TokenPath != ""} {
			if set {
				invalid(field, "means nothing without a schedd, which names the one that the token is for")
			}
		}
		slices.SortFunc(errs, byText)
		return errors.Join(errs...)
	}
	if c.Host != "" {
		invalid("schedd", "contradicts host: a pool is reached either over SSH (host) or by a token (schedd)")
	}
	if !tools.ValidName(c.Schedd) {
		invalid("schedd", "%q is no name of a schedd, as condor_status -schedd shows it", c.Schedd)
	}
	switch {
	case c.Collector == "":
		invalid("collector", "must be set with schedd: the collector tells where the schedd is")
	case !tools.ValidCollector(c.Collector):
		invalid("collector", "%q is no host or host:port", c.Collector)
	}
	errs = append(errs, c.validateToken())
	return errors.Join(errs...)
}

func (c Config) validateToken() error {
	switch {
	case c.Token != "" && c.TokenPath != "":
		return sdk.Invalid("token_path", "contradicts token: set one of the two")
	case c.Token != "":
		if _, err := tools.ReadClaims([]byte(c.Token.Reveal())); err != nil {
			return sdk.Invalid("token", "%v", err)
		}
		return nil
	case c.TokenPath == "":
		return sdk.Invalid("token", "must be set with schedd, or token_path")
	}
	path, err := expand(c.TokenPath)
	if err != nil {
		return sdk.Invalid("token_path", "%v", err)
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return sdk.Invalid("token_path", "there is no file %s on the host's machine", path)
	}
	if err == nil {
		_, err = tools.ReadClaims(text)
	}
	if err != nil {
		return sdk.Invalid("token_path", "%s: %v", path, err)
	}
	return nil
}
