package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/access"
	"github.com/oceanid/oceanid/plugins/condor/internal/description"
	"github.com/oceanid/oceanid/sdk/fault"
)

// The functions that run on the access point, a file for each thing that is asked of it.
//
//go:embed scripts/*.sh
var scripts embed.FS

// script is one thing that is asked of the access point.
type script struct {
	// name says what, for errors.
	name string
	// file in scripts has the function (there may be several, apart by spaces), call calls it, and define defines what it calls.
	file, define, call string
	lasting, bulk      bool
	// once is for what must not be asked again as it stands; hands for what hands something over.
	once, hands bool
	stderr      io.Writer
}

// words makes a shell command of words that stand for themselves.
func words(list ...string) string { return description.Words(list...) }

// answer is what a script printed, by section.
type answer map[string]string

// ask runs a script and returns its whole answer. It asks once more when the connection ends in between, unless that is to be left to the caller.
func (d *driver) ask(ctx context.Context, s script) (answer, error) {
	var out bytes.Buffer
	err := d.run(ctx, s, &out)
	if errors.Is(err, access.ErrCut) && !s.once && ctx.Err() == nil {
		out.Reset()
		err = d.doubtful(s.hands, d.run(ctx, s, &out))
	}
	if err != nil {
		return nil, err
	}
	// A line at a time would copy an answer of megabytes once for each of its lines.
	sections, said := make(answer), make(map[string]*strings.Builder)
	section := new(strings.Builder)
	for line := range strings.Lines(out.String()) {
		title, found := strings.CutPrefix(line, sectionSign)
		if !found {
			section.WriteString(line)
			continue
		}
		section = new(strings.Builder)
		said[strings.TrimSpace(title)] = section
	}
	for name, text := range said {
		sections[name] = text.String()
	}
	return sections, nil
}

const sectionSign = "@@ "

// run runs a script and writes its answer to out.
func (d *driver) run(ctx context.Context, s script, out io.Writer) error {
	text, mark, err := d.text(s)
	if err != nil {
		return err
	}
	after := &afterMark{mark: []byte(mark + "\n"), w: out}
	err = d.point.Shell(ctx, access.Script{Name: s.name, Text: text, Stdout: after, Stderr: s.stderr, Lasting: s.lasting || s.bulk, Bulk: s.bulk})
	if err == nil && !after.found {
		// sh ends well when its input is cut short.
		err = fault.Unavailable.New("%s: %s: the access point did not get all of the script", d.point, s.name)
	}
	return d.explain(d.clearer(ctx, err))
}

// text puts a script together.
func (d *driver) text(s script) (text, mark string, err error) {
	d.mu.Lock()
	p := d.place
	d.mu.Unlock()
	if p == nil {
		p = &place{}
	}
	mark = rand.Text()
	var b strings.Builder
	fmt.Fprintf(&b, "dir=%s\nlog=%s\ntools=%s\n", words(p.dir), words(p.log()), words(d.tools))
	files := append([]string{"begin", "attempts"}, strings.Fields(s.file)...)
	if d.elsewhere != nil {
		files = append(files, "remote")
	}
	for _, file := range files {
		part, err := scripts.ReadFile("scripts/" + file + ".sh")
		if err != nil {
			return "", "", err
		}
		b.Write(part)
	}
	// The last line does everything: a script that arrives cut short does nothing.
	fmt.Fprintf(&b, "%s\necho %s; %s; exit\n", s.define, mark, s.call)
	return b.String(), mark, nil
}

// heredoc defines a shell function that prints text, which may be anything without NUL.
func heredoc(function, text string) string { return piped(function, "cat", text) }

// piped defines a shell function that gives text to a command.
func piped(function, command, text string) string {
	end := rand.Text()
	return fmt.Sprintf("%s() {\n\t%s <<'%s'\n%s\n%s\n}\n", function, command, end, strings.TrimSuffix(text, "\n"), end)
}

// afterMark is a writer that lets through what follows the mark.
type afterMark struct {
	mark  []byte
	w     io.Writer
	seen  []byte
	found bool
}

func (a *afterMark) Write(b []byte) (int, error) {
	if a.found {
		return a.w.Write(b)
	}
	a.seen = append(a.seen, b...)
	_, rest, found := bytes.Cut(a.seen, a.mark)
	if !found {
		return len(b), nil
	}
	a.found, a.seen = true, nil
	if len(rest) > 0 {
		if _, err := a.w.Write(rest); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// errNoSection is an answer that ended before the section that was looked for.
var errNoSection = errors.New("no such section")

// skipTo reads an answer up to the section's first byte, and returns what came before.
func skipTo(r *bufio.Reader, section string) (before string, err error) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			return b.String(), errNoSection
		}
		if err != nil {
			return b.String(), err
		}
		if line == sectionSign+section+"\n" {
			return b.String(), nil
		}
		b.WriteString(line)
	}
}
