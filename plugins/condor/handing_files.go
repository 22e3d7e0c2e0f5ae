package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/oceanid/oceanid/plugins/condor/internal/description"
)

// handed is a file, or a folder, that a run of submit.sh makes in Oceanid's folder.
type handed struct {
	name  string
	token string // of the job whose it is; empty: the attempt's
	head  string // what it begins with, which is the same in many; sent once
	text  string
	dir   bool
}

// fewBytes is up to how many bytes of files the shell writes them itself.
const fewBytes = 64 << 10

// making defines the function files, which makes them: those of the attempt, and those of the jobs in $mine. A few bytes cost no process but mkdir's when the shell
// writes them itself; many are packed.
func making(all []handed) (string, error) {
	size := 0
	heads := map[string]bool{}
	for _, f := range all {
		size += len(f.text)
		if !heads[f.head] {
			heads[f.head] = true
			size += len(f.head)
		}
	}
	if size > fewBytes {
		return packed(all)
	}
	return written(all), nil
}

// written makes the files by commands of the shell itself.
func written(all []handed) string {
	var b strings.Builder
	token := ""
	b.WriteString("files() {\n\tfolders=\n")
	heads := map[string]string{"": ""}
	for _, f := range all {
		if _, known := heads[f.head]; !known {
			name := fmt.Sprintf("head%d", len(heads))
			fmt.Fprintf(&b, "\t%s=%s\n", name, description.Quote(f.head))
			heads[f.head] = `"$` + name + `" `
		}
	}
	of := func(f handed) {
		switch {
		case f.token == token:
			return
		case token != "":
			b.WriteString("\t\t;;\n\tesac\n")
		}
		if token = f.token; token != "" {
			fmt.Fprintf(&b, "\tcase \"$all $mine \" in\n\ttrue* | *\" %s \"*)\n", token)
		}
	}
	for _, f := range all {
		if f.dir {
			of(f)
			fmt.Fprintf(&b, "\tfolders=\"$folders %s\"\n", f.name)
		}
	}
	of(handed{})
	// What they are named and where they stand is of harmless characters.
	b.WriteString("\t[ -z \"$folders\" ] || mkdir -p $folders || return\n")
	for _, f := range all {
		if !f.dir {
			of(f)
			fmt.Fprintf(&b, "\tprintf %%s %s%s >%s || return\n", heads[f.head], description.Quote(f.text), f.name)
		}
	}
	of(handed{})
	b.WriteString("}\n")
	return b.String()
}

// packed makes the files by tar.
func packed(all []handed) (string, error) {
	var data bytes.Buffer
	compressed, _ := gzip.NewWriterLevel(&data, gzip.BestSpeed)
	archive := tar.NewWriter(compressed)
	for _, f := range all {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Mode: 0o600, Size: int64(len(f.head) + len(f.text))}
		if f.dir {
			header = &tar.Header{Typeflag: tar.TypeDir, Name: f.name + "/", Mode: 0o700}
		}
		if err := archive.WriteHeader(header); err != nil {
			return "", err
		}
		if _, err := archive.Write([]byte(f.head + f.text)); err != nil {
			return "", err
		}
	}
	if err := archive.Close(); err != nil {
		return "", err
	}
	if err := compressed.Close(); err != nil {
		return "", err
	}
	return piped("archive", "base64 -d", wrapped(data.Bytes())) + `files() {
	members="batches/$attempt jobs"
	[ $all = true ] || members="batches/$attempt $(printf 'jobs/%s ' $mine)"
	archive | tar -xzmf - $members
}
`, nil
}

// wrapped is base64 in lines that no tool finds too long.
func wrapped(data []byte) string {
	const width = 1 << 10
	text := base64.StdEncoding.EncodeToString(data)
	var b strings.Builder
	b.Grow(len(text) + len(text)/width + 1)
	for len(text) > width {
		b.WriteString(text[:width] + "\n")
		text = text[width:]
	}
	b.WriteString(text)
	return b.String()
}
