package match

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Condition is one of the conditions that a machine must meet.
type Condition struct {
	// Text is what the job says.
	Text string
	// Expression says the same in the machine's own terms, of a machine that is free: of a partitionable slot all of it counts, and not what is left.
	Expression string
}

// Job is a job's ClassAd, as condor_q prints it with -json: what is not a literal is "/Expr(…)/".
type Job map[string]any

// Conditions are those of the job's Requirements, all of which must hold.
func (j Job) Conditions() []Condition {
	requirements, ok := j.expression("Requirements")
	if !ok {
		return nil
	}
	own := make(map[string]string, len(j))
	for name := range j {
		own[strings.ToLower(name)] = name
	}
	var all []Condition
	for _, text := range split(requirements) {
		w := writer{job: j, own: own, left: mostReplaced}
		c := Condition{Text: text, Expression: w.rewrite(text)}
		if text != "" && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// Text is an attribute that is a string; "" where it is none.
func (j Job) Text(name string) string {
	s, _ := j[name].(string)
	if _, is := expression(s); is {
		return ""
	}
	return s
}

// Number is an attribute that is a number; 0 where it is none.
func (j Job) Number(name string) float64 {
	switch n := j[name].(type) {
	case float64:
		return n
	case json.Number:
		f, _ := n.Float64()
		return f
	}
	return 0
}

// expression is an attribute as it stands in a ClassAd.
func (j Job) expression(name string) (string, bool) {
	value, there := j[name]
	if !there {
		return "", false
	}
	switch v := value.(type) {
	case string:
		if e, is := expression(v); is {
			return e, true
		}
		return strconv.Quote(v), true
	case nil:
		return "undefined", true
	case map[string]any, []any:
		return "undefined", true
	}
	return fmt.Sprint(value), true
}

func expression(s string) (string, bool) {
	e, begun := strings.CutPrefix(s, "/Expr(")
	e, ended := strings.CutSuffix(e, ")/")
	return e, begun && ended
}

// mostReplaced is how many of the job's attributes are put into one condition. They may refer to each other, and to themselves.
const mostReplaced = 200

// whole is what a machine has when it is free.
var whole = map[string]string{"cpus": "TotalSlotCpus", "memory": "TotalSlotMemory", "disk": "TotalSlotDisk", "gpus": "TotalSlotGPUs"}

var keywords = []string{"true", "false", "undefined", "error", "is", "isnt"}

// writer says an expression of the job's in the machine's terms: what is the job's is put in.
type writer struct {
	job Job
	// own are the job's attributes by their names in lower case, for ClassAds know no upper case.
	own  map[string]string
	left int
}

func (w *writer) rewrite(e string) string {
	var b strings.Builder
	for i := 0; i < len(e); {
		switch c := e[i]; {
		case c == '"' || c == '\'':
			end := min(closing(e, i)+1, len(e))
			b.WriteString(e[i:end])
			i = end
		case '0' <= c && c <= '9':
			end := i
			for end < len(e) && (letter(e[end]) || e[end] == '.') {
				end++
			}
			b.WriteString(e[i:end])
			i = end
		case letter(c):
			end := word(e, i)
			name, scope := e[i:end], ""
			if s := strings.ToLower(name); (s == "my" || s == "target") && end+1 < len(e) && e[end] == '.' && letter(e[end+1]) {
				from := end + 1
				end = word(e, from)
				name, scope = e[from:end], s
			}
			i = end
			b.WriteString(w.attribute(name, scope, strings.HasPrefix(strings.TrimSpace(e[end:]), "(")))
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

func (w *writer) attribute(name, scope string, called bool) string {
	lower := strings.ToLower(name)
	if scope == "" && (called || slices.Contains(keywords, lower)) {
		return name
	}
	if mine, there := w.own[lower]; there && scope != "target" && w.left > 0 {
		w.left--
		value, _ := w.job.expression(mine)
		return "(" + w.rewrite(value) + ")"
	}
	if scope == "my" {
		return "undefined"
	}
	if total, there := whole[lower]; there {
		return fmt.Sprintf("ifThenElse(PartitionableSlot =?= true, %s, %s)", total, name)
	}
	return name
}

func letter(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// word is where the word ends that begins at i.
func word(e string, i int) int {
	for i < len(e) && letter(e[i]) {
		i++
	}
	return i
}
