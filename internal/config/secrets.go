package config

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// shortestSecret is the shortest text that is taken out of others: without the shorter ones every text would be full of holes.
const shortestSecret = 3

// shortestLine is the shortest line of a secret with several, such as a key, that is one by itself.
const shortestLine = 16

// SecretsIn are the texts in a whole configuration, as a driver gets it, that its schema calls sensitive, for [Hider]. Of what is no JSON there are none.
func SecretsIn(schema *pluginv1.Block, config json.RawMessage) []string {
	v, err := tree(config)
	if err != nil {
		return nil
	}
	return sensitive(schema, v)
}

func sensitive(schema *pluginv1.Block, v any) (found []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			found = append(found, sensitive(schema, item)...)
		}
	case map[string]any:
		for _, a := range schema.GetAttributes() {
			if a.GetSensitive() {
				found = append(found, leaves(v[a.GetName()])...)
			}
		}
		for _, n := range schema.GetBlocks() {
			found = append(found, sensitive(n.GetBlock(), v[n.GetName()])...)
		}
	}
	return found
}

// leaves are the texts and numbers of a tree.
func leaves(v any) (found []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, item := range v {
			found = append(found, leaves(item)...)
		}
	case []any:
		for _, item := range v {
			found = append(found, leaves(item)...)
		}
	case string:
		found = append(found, v)
	case json.Number:
		found = append(found, v.String())
	}
	return found
}

// Redactor takes the leaves of a secret tree out of a text, as [Hider] does.
func Redactor(secret json.RawMessage) func(string) string {
	v, err := tree(secret)
	if err != nil {
		return Hider(nil)
	}
	return Hider(leaves(v))
}

// Hider takes secrets out of a text, also where they are quoted as Go, JSON or a URL does it, and the lines of those that have several. Those of one or
// two characters stay.
func Hider(secrets []string) func(string) string {
	var forms []string
	for _, s := range secrets {
		forms = append(forms, s, oneLine(s), inner(strconv.Quote(s)), inner(strconv.QuoteToASCII(s)), url.QueryEscape(s), url.PathEscape(s))
		if raw, err := json.Marshal(s); err == nil {
			forms = append(forms, inner(string(raw)))
		}
		for line := range strings.Lines(s) {
			if line = strings.TrimSpace(line); len(line) >= shortestLine {
				forms = append(forms, line)
			}
		}
	}
	forms = slices.DeleteFunc(forms, func(s string) bool { return len(s) < shortestSecret })
	if len(forms) == 0 {
		return func(text string) string { return text }
	}
	// The longest first, or a secret that contains another would leave its rest behind.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, s := range forms {
		pairs = append(pairs, s, ellipsis)
	}
	return strings.NewReplacer(pairs...).Replace
}

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }
