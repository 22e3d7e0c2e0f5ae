package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/oceanid/oceanid/sdk/scheduler"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain ☃ text":                                 "plain ☃ text",
		"a\x1b[31mred\x1b[0mb":                         "aredb",
		"a\x1b]0;title\x07b":                           "ab",
		"a\x1b]52;c;ZXZpbA==\x1b\\b":                   "ab",
		"a\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\": "alink",
		"two\r\nlines\tand a tab":                      "two lines and a tab",
		"bell\a, back\b, null\x00":                     "bell, back, null",
		"turned \u202egnp.exe":                         "turned gnp.exe",
		"C1 \u009b31mred":                              "C1 31mred",
		"broken \xff\xfe bytes":                        "broken bytes",
		"line\u2028separator":                          "line separator",
		"  ends  ":                                     "ends",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSafeWriter(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain\r\n\ttext\b☃":                 "plain\r\n\ttext\b☃",
		"\x1b[1;31mred\x1b[0m":               "\x1b[1;31mred\x1b[0m",
		"\x1b[38;5;208morange\x1b[m":         "\x1b[38;5;208morange\x1b[m",
		"\x1b[38:2::1:2:3mown\x1b[m":         "\x1b[38:2:0:1:2:3mown\x1b[m",
		"clear\x1b[2J\x1b[Hscreen":           "clearscreen",
		"title\x1b]0;evil\x07 here":          "title here",
		"clipboard\x1b]52;c;ZXZpbA==\x1b\\.": "clipboard.",
		"answer\x1b[6n\x1b[c\x05":            "answer",
		"\x1b[>4;2m\x1b[?25l":                "",
		"\x1bP+q544e\x1b\\device":            "device",
		"\x1bcreset":                         "reset",
	} {
		// In one piece, and byte by byte.
		for _, size := range []int{len(in), 1} {
			var b bytes.Buffer
			w := newSafeWriter(&b)
			for i := 0; i < len(in); i += size {
				if n, err := w.Write([]byte(in[i:min(i+size, len(in))])); err != nil || n != min(size, len(in)-i) {
					t.Fatalf("wrote %d, %v", n, err)
				}
			}
			if b.String() != want {
				t.Errorf("%q in pieces of %d passed as %q, want %q", in, size, b.String(), want)
			}
		}
	}
}

func TestTableAligns(t *testing.T) {
	t.Parallel()
	a := &app{env: func(string) (string, bool) { return "", false }}
	table := a.newTable("NAME", "WIDE", "LAST")
	table.row("日本", "é", state(scheduler.Running))
	table.row("a", "", 7)
	table.row("evil\x1b[31m", "x\ny", "end")
	var b strings.Builder
	table.write(&b)
	if want := "NAME  WIDE  LAST\n日本  é     running\na     -     7\nevil  x y   end\n"; b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"2GiB": 2 << 30, "2 GiB": 2 << 30, "1.5KiB": 1536, "500MB": 500_000_000, "10g": 10_000_000_000, "4096": 4096,
		"": 0, "0": 0, "lots": 0, "-1": 0, "9EiB": 0, "1e3": 0} {
		var s size
		if err := s.Set(in); int64(s) != want || (err == nil) != (want != 0) {
			t.Errorf("%q is %d, %v; want %d", in, s, err, want)
		}
	}
}

func TestInput(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]scheduler.Input{
		"model":             {Path: "model"},
		"bin/model":         {Path: "bin/model"},
		"a.csv:b.csv":       {Path: "a.csv", Name: "b.csv"},
		"12:30.csv:at.csv":  {Path: "12:30.csv", Name: "at.csv"},
		"a.csv:data/in.csv": {Path: "a.csv", Name: "data/in.csv"},
	} {
		if got := input(in); got.Path != want.Path || got.Name != want.Name {
			t.Errorf("%q is %+v", in, got)
		}
	}
}

func TestWord(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "''", "plain-1.0/x": "plain-1.0/x", "a b": "'a b'", "$HOME": "'$HOME'", `it's "it"`: `'it'\''s "it"'`, "*": "'*'", "☃": "'☃'", `\`: `'\'`,
		"\x1b[2J": `$'\x1b[2J'`, "a\nb": `$'a\nb'`, "it's \"a\"\t\\n": `$'it\'s "a"\t\\n'`, "\u202e": `$'\u202e'`,
	} {
		if got := word(in); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}
