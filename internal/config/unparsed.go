package config

import (
	"bytes"
	"regexp"

	"github.com/hashicorp/hcl/v2"
)

// unparsed are the ranges of a file with a mistake of syntax that no excerpt may show. A quote too many turns the insides of strings out, so that nothing
// in such a file is reliably a name or a value. Hence the other way round: of each line only the beginning is shown, as far as it can be nothing but names,
// punctuation and numbers.
func (t *text) unparsed() []hcl.Range {
	var hidden []hcl.Range
	for from := 0; from < len(t.source); {
		line := t.lineOf(from)
		shown := harmlessHCL
		if t.json {
			shown = harmlessJSON
		}
		if n := shown(t.source[line.Start.Byte:line.End.Byte]); line.Start.Byte+n < line.End.Byte {
			hidden = append(hidden, t.span(line.Start.Byte+n, line.End.Byte))
		}
		next := bytes.IndexByte(t.source[from:], '\n')
		if next < 0 {
			break
		}
		from += next + 1
	}
	return hidden
}

var (
	punctuation = regexp.MustCompile(`^[\s(){}\[\],]*`)
	blockHeader = regexp.MustCompile(`^\s*(?:(?:store|jobs|quota|job|workflow|node|driver|scheduler|cluster)(?:\s+"[A-Za-z0-9._ -]*"){0,2}|[a-z][a-z0-9_]{0,31})\s*\{\s*`)
	assignment  = regexp.MustCompile(`^\s*([a-z][a-z0-9_]{0,31})\s*[=:]\s*`)
	plainValue  = regexp.MustCompile(`^(?:-?[0-9][0-9.]{0,9}[a-z]{0,2}|true|false|null|[({\[]+)\s*$`)
	telling     = regexp.MustCompile(`pass|secret|token|key|cred|auth|address|pin`)
	property    = regexp.MustCompile(`^"([A-Za-z0-9._/ -]*)"\s*:\s*`)
	plainJSON   = regexp.MustCompile(`^(?:-?[0-9][0-9.]{0,9}|true|false|null)\s*(?:[,}\]]|$)`)
)

// harmlessHCL is how much of a line of the native syntax can be shown.
func harmlessHCL(line []byte) int {
	if n := len(punctuation.Find(line)); n == len(line) {
		return n
	}
	shown := len(blockHeader.Find(line))
	at := assignment.FindSubmatchIndex(line[shown:])
	if at == nil {
		return shown
	}
	name := line[shown:][at[2]:at[3]]
	shown += at[1]
	if plainValue.Match(line[shown:]) && !telling.Match(name) {
		return len(line)
	}
	return shown
}

// harmlessJSON is the same of JSON. A property's name is only taken for one where no value is due.
func harmlessJSON(line []byte) int {
	shown := len(punctuation.Find(line))
	for {
		at := property.FindSubmatchIndex(line[shown:])
		if at == nil {
			return shown
		}
		name := line[shown:][at[2]:at[3]]
		shown += at[1]
		value := plainJSON.Find(line[shown:])
		if value != nil && !telling.Match(name) {
			shown += len(value)
		}
		n := len(punctuation.Find(line[shown:]))
		if value == nil && n == 0 {
			return shown
		}
		shown += n
	}
}
