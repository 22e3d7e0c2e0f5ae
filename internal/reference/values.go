package reference

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/oceanid/oceanid/internal/wire/pluginv1"
)

// value is what stands behind an option in the example: its default, or something of its type. prefix names the environment variable of a secret.
func value(a *pluginv1.Attribute, prefix string) string {
	switch {
	case len(a.GetDefaultJson()) > 0:
		return ordinary(a)
	case a.GetSensitive() && scalar(a.GetType()):
		name := strings.NewReplacer("-", "_").Replace(prefix + "_" + a.GetName())
		return fmt.Sprintf("env(%q)", strings.ToUpper(name))
	case len(a.GetOneOf()) > 0 && a.GetRequired():
		return expression(quoted(a.GetOneOf()[0]))
	}
	return something(a.GetType())
}

// ordinary is the default, as an operator would write it.
func ordinary(a *pluginv1.Attribute) string {
	if d := ""; a.GetType().GetBase() == pluginv1.Type_BASE_DURATION && json.Unmarshal(a.GetDefaultJson(), &d) == nil {
		// Go says 720h0m0s for 720h.
		if short, ok := strings.CutSuffix(d, "m0s"); ok {
			d = strings.TrimSuffix(short+"m", "h0m") + map[bool]string{true: "h"}[strings.HasSuffix(short, "h0")]
		}
		return expression(quoted(d))
	}
	return expression(a.GetDefaultJson())
}

func scalar(t *pluginv1.Type) bool {
	return t.GetBase() != pluginv1.Type_BASE_LIST && t.GetBase() != pluginv1.Type_BASE_MAP
}

// something is an expression of a type that says nothing.
func something(t *pluginv1.Type) string {
	switch t.GetBase() {
	case pluginv1.Type_BASE_BOOL:
		return "false"
	case pluginv1.Type_BASE_INT, pluginv1.Type_BASE_FLOAT:
		return "0"
	case pluginv1.Type_BASE_LIST:
		return "[" + something(t.GetElement()) + "]"
	case pluginv1.Type_BASE_MAP:
		return "{ name = " + something(t.GetElement()) + " }"
	}
	return `"…"`
}

func quoted(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil { // no string is that
		return []byte(`""`)
	}
	return text
}

// expression is JSON as HCL writes it.
func expression(raw []byte) string {
	t, err := ctyjson.ImpliedType(raw)
	if err != nil {
		return `"…"`
	}
	v, err := ctyjson.Unmarshal(raw, t)
	if err != nil || !v.IsWhollyKnown() || v.Type() == cty.DynamicPseudoType {
		return `"…"`
	}
	lines := strings.Split(strings.TrimSpace(string(hclwrite.TokensForValue(v).Bytes())), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	// HCL wants commas between what stands on one line.
	joined := strings.Join(lines, ", ")
	return strings.NewReplacer("{, ", "{ ", ", }", " }").Replace(joined)
}

// kind is what an option takes, in words.
func kind(a *pluginv1.Attribute) string {
	words := typeWords(a.GetType())
	if len(a.GetOneOf()) > 0 {
		var all []string
		for _, one := range a.GetOneOf() {
			all = append(all, code(`"`+one+`"`))
		}
		words = strings.Join(all, " or ")
	}
	if a.GetSensitive() {
		words += ", *secret*"
	}
	return words
}

func typeWords(t *pluginv1.Type) string {
	words := map[pluginv1.Type_Base]string{
		pluginv1.Type_BASE_STRING: "string", pluginv1.Type_BASE_BOOL: "bool", pluginv1.Type_BASE_INT: "int", pluginv1.Type_BASE_FLOAT: "float",
		pluginv1.Type_BASE_DURATION: "duration", pluginv1.Type_BASE_LIST: "list of ", pluginv1.Type_BASE_MAP: "map of ",
	}
	switch w, ok := words[t.GetBase()]; {
	case !ok:
		return t.GetBase().String()
	case !scalar(t):
		return w + typeWords(t.GetElement())
	default:
		return w
	}
}

func fallback(a *pluginv1.Attribute) string {
	switch {
	case a.GetRequired():
		return "**required**"
	case len(a.GetDefaultJson()) > 0:
		return code(ordinary(a))
	}
	return ""
}

// code is a piece of code in a cell of a table.
func code(s string) string {
	return "`" + strings.NewReplacer("`", "'", "|", `\|`, "\n", " ").Replace(s) + "`"
}

// text is somebody else's words on one line of Markdown, also in a table: what they look like, and nothing more.
func text(s string) string {
	escapes := map[string]string{"|": `\|`, "<": "&lt;", "*": `\*`, "`": "\\`", "[": `\[`, "\\": `\\`}
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(escapes)) {
		pairs = append(pairs, k, escapes[k])
	}
	return strings.NewReplacer(pairs...).Replace(strings.Join(strings.Fields(s), " "))
}
