package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	html "html/template"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"github.com/oceanid/oceanid/host"
	"github.com/oceanid/oceanid/sdk/scheduler"
)

//go:embed pages
var sources embed.FS

// template are the pages' templates with what they can say.
type template struct{ all *html.Template }

func newTemplate(s *site) *template {
	all := html.New("").Funcs(html.FuncMap{
		"title":   func() string { return s.options.Title },
		"link":    s.link,
		"asset":   func(name string) string { return s.link("/assets/"+name, "v", version(name)) },
		"icon":    icon,
		"bar":     bar,
		"tally":   tally,
		"present": present,
		"when":    when,
		"took":    took,
		"exit":    exit,
		"count": func(n int, what string) string {
			return humanize.Comma(int64(n)) + " " + english.PluralWord(n, what, "")
		},
		"comma":    func(n int) string { return humanize.Comma(int64(n)) },
		"ibytes":   func(n int64) string { return humanize.IBytes(uint64(max(0, n))) },
		"command":  command,
		"names":    func(m map[string]string) string { return strings.Join(slices.Sorted(maps.Keys(m)), ", ") },
		"add":      func(a, b int) int { return a + b },
		"text":     func(v any) string { return fmt.Sprint(v) },
		"everySec": func() int { return int(reload / time.Second) },
	})
	return &template{html.Must(all.ParseFS(sources, "pages/*.html"))}
}

// reload is how often a page without JavaScript comes anew.
const reload = 10 * time.Second

func (t *template) execute(w io.Writer, name string, data any) error {
	return t.all.ExecuteTemplate(w, name, data)
}

// version changes with what is in an asset, so that a browser which keeps it never shows an old one.
func version(name string) string {
	text, err := fs.ReadFile(assets, "assets/"+name)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// when is a point of time as HTML: exact, in UTC; the script turns it into the reader's zone.
func when(t time.Time) html.HTML {
	if t.IsZero() {
		return `<span class="none">not yet</span>`
	}
	t = t.UTC()
	return html.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, t.Format(time.RFC3339), t.Format("2006-01-02 15:04:05 UTC")))
}

// took is from one time to another in words; empty while one of them is not known.
func took(from, to time.Time) string {
	if from.IsZero() || to.Before(from) {
		return ""
	}
	switch d := to.Sub(from); {
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Hour:
		d = d.Round(time.Second)
		return strings.TrimPrefix(fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60), "0 min ")
	default:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

func exit(e *scheduler.Exit) string {
	switch {
	case e == nil:
		return ""
	case e.Signal != 0:
		return fmt.Sprintf("signal %d", e.Signal)
	}
	return fmt.Sprintf("exit code %d", e.Code)
}

// command is what is run, each argument quoted where it must be to be told from the next.
func command(j *host.Job) string {
	words := append([]string{j.Spec.Command}, j.Spec.Args...)
	for i, w := range words {
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return r <= ' ' || r == '"' || r == '\'' || r == '\\' || !strconv.IsPrint(r) }) {
			words[i] = strconv.Quote(w)
		}
	}
	return strings.Join(words, " ")
}
