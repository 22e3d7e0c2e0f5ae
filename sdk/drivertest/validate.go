package drivertest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

func validatesUnconfigured(ctx context.Context, t *trial) error {
	s, err := t.beginBare(ctx)
	if err != nil {
		return err
	}
	found, err := s.validate(ctx, t.suite.config)
	if err != nil {
		return saw("Validate: %s", said(err))
	}
	if refused(found) {
		return saw("Validate refuses what Configure takes: %s", found[0].GetSummary())
	}
	return nil
}

func refusesRubbish(ctx context.Context, t *trial) error {
	s, err := t.beginBare(ctx)
	if err != nil {
		return err
	}
	for _, rubbish := range []string{"", "{", "[]", `"text"`, "{} {}", "\xff"} {
		found, err := s.validate(ctx, []byte(rubbish))
		if err := refusal("Validate", rubbish, found, err); err != nil {
			return err
		}
		found, err = s.configureWith(ctx, []byte(rubbish))
		if err := refusal("Configure", rubbish, found, err); err != nil {
			return err
		}
	}
	return nil
}

// refusal tells what is wrong with the way in which a configuration was refused.
func refusal(verb, config string, found []*pluginv1.Diagnostic, err error) error {
	switch {
	case err != nil && infoOf(err) == nil:
		return saw("%s of %q ended with a %s", verb, config, said(err))
	case err == nil && !refused(found):
		return saw("%s took %q", verb, config)
	}
	return nil
}

func refusesWrongType(ctx context.Context, t *trial) error {
	attributes := t.suite.described.GetConfig().GetAttributes()
	if len(attributes) == 0 {
		return notApplicable("the driver's configuration has no attributes")
	}
	for _, a := range attributes {
		// A list is never what any other type wants, nor a number what a list wants.
		var wrong any = []any{map[string]any{}}
		found, err := t.validate(ctx, t.configWith(a.GetName(), wrong))
		if err != nil {
			return saw("Validate with %s = %v: %s", a.GetName(), wrong, said(err))
		}
		if !slices.ContainsFunc(found, func(d *pluginv1.Diagnostic) bool {
			return len(d.GetPath()) > 0 && d.GetPath()[0].GetAttribute() == a.GetName() && d.GetSeverity() == pluginv1.Diagnostic_SEVERITY_ERROR
		}) {
			return saw("%s is a %s, and Validate of %v for it gave no error that points there, but %v", a.GetName(), base(a.GetType()), wrong, found)
		}
	}
	return nil
}

func requiresRequired(ctx context.Context, t *trial) error {
	applies := false
	for _, a := range t.suite.described.GetConfig().GetAttributes() {
		if !a.GetRequired() {
			continue
		}
		applies = true
		found, err := t.validate(ctx, t.configWith(a.GetName(), nil))
		if err := refusal("Validate", "a configuration without "+a.GetName(), found, err); err != nil {
			return err
		}
	}
	if !applies {
		return notApplicable("no attribute is required")
	}
	return nil
}

func keepsSecrets(ctx context.Context, t *trial) error {
	applies := false
	for _, a := range t.suite.described.GetConfig().GetAttributes() {
		if !a.GetSensitive() {
			continue
		}
		applies = true
		secret := "hush-" + t.suite.id
		for _, config := range [][]byte{t.configWith(a.GetName(), secret), t.configWith(a.GetName(), []string{secret}), []byte(`{"` + a.GetName() + `": "` + secret + `", "`)} {
			found, err := t.validate(ctx, config)
			if strings.Contains(fmt.Sprint(found, err), secret) {
				return saw("the secret in %s is shown: %v %v", a.GetName(), found, err)
			}
		}
	}
	if !applies {
		return notApplicable("no attribute is a secret")
	}
	return nil
}

// configWith is the configuration to test with, with one attribute changed, or left out where value is nil.
func (t *trial) configWith(name string, value any) []byte {
	// The suite has made this JSON itself.
	var given map[string]any
	_ = json.Unmarshal(t.suite.config, &given)
	changed := maps.Clone(given)
	if changed[name] = value; value == nil {
		delete(changed, name)
	}
	config, _ := json.Marshal(changed)
	return config
}
