package store

import (
	"bufio"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// file makes the content of a file of records, each with what had been on the disk when it was appended.
func file(h header, synced []uint64, commands ...[]string) (content []byte, starts []int) {
	content = h.encode()
	for i, c := range commands {
		starts = append(starts, len(content))
		content = h.appendRecord(content, uint64(i+1), synced[i], c)
	}
	return content, append(starts, len(content))
}

func read(content []byte) (commands [][]string, end int64, err error) {
	r := bytes.NewReader(content)
	h, err := readHeader(r)
	if err != nil {
		return nil, 0, err
	}
	end, _, err = h.readRecords(r, int64(len(content)), func(c []string) error {
		commands = append(commands, c)
		return nil
	})
	return commands, end, err
}

func TestRecordsAreReadBack(t *testing.T) {
	t.Parallel()
	want := [][]string{{"SET", "a", ""}, {"PING"}, {"SET", "\x00\xff" + mark, strings.Repeat("x", 3<<20)}}
	content, starts := file(newHeader(7), []uint64{0, 1, 2}, want...)
	got, end, err := read(content)
	if err != nil || end != int64(starts[3]) || !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("read %d commands up to %d of %d, %v", len(got), end, starts[3], err)
	}
}

func TestDamageIsToldFromATornTail(t *testing.T) {
	t.Parallel()
	commands := [][]string{{"SET", "a", "1"}, {"SET", "b", "2"}, {"SET", "c", "3"}, {"SET", "d", "4"}}
	for name, c := range map[string]struct {
		synced  []uint64
		spoil   func(b []byte, starts []int) []byte
		records int
		damaged bool
	}{
		"whole":                         {[]uint64{0, 1, 2, 3}, func(b []byte, _ []int) []byte { return b }, 4, false},
		"the last one torn":             {[]uint64{0, 1, 2, 3}, func(b []byte, at []int) []byte { return b[:at[3]+9] }, 3, false},
		"zeros after it":                {[]uint64{0, 1, 2, 3}, func(b []byte, at []int) []byte { return append(b, make([]byte, 5000)...) }, 4, false},
		"the second spoilt":             {[]uint64{0, 1, 2, 3}, func(b []byte, at []int) []byte { b[at[1]+recordHeader+3]++; return b }, 1, true},
		"the length of the second":      {[]uint64{0, 1, 2, 3}, func(b []byte, at []int) []byte { b[at[1]+20] = 0xff; return b }, 1, true},
		"the second missing":            {[]uint64{0, 1, 2, 3}, func(b []byte, at []int) []byte { return slices.Delete(b, at[1], at[2]) }, 1, true},
		"never synced, holes in it":     {[]uint64{0, 1, 1, 1}, func(b []byte, at []int) []byte { clear(b[at[1]:at[2]]); return b }, 1, false},
		"a later one proves the second": {[]uint64{0, 1, 1, 2}, func(b []byte, at []int) []byte { clear(b[at[1]:at[2]]); return b }, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content, starts := file(newHeader(1), c.synced, commands...)
			got, end, err := read(c.spoil(content, starts))
			if len(got) != c.records || end != int64(starts[c.records]) {
				t.Errorf("read %d records up to byte %d, want %d up to %d", len(got), end, c.records, starts[c.records])
			}
			if d := (*damage)(nil); errors.As(err, &d) != c.damaged {
				t.Errorf("error %v, want damage: %v", err, c.damaged)
			}
		})
	}
}

// TestAValueIsNoRecord: who can write a job's arguments must not be able to make the store believe that it is damaged.
func TestAValueIsNoRecord(t *testing.T) {
	t.Parallel()
	forged, starts := file(newHeader(1), []uint64{9, 9}, []string{"SET", "a", "1"}, []string{"SET", "b", "2"})
	content, at := file(newHeader(1), []uint64{0, 1}, []string{"SET", "x", string(forged[starts[0]:])}, []string{"SET", "y", string(forged[starts[0]:])})
	got, _, err := read(content[:at[2]-1])
	if len(got) != 1 || err != nil {
		t.Errorf("read %d records, %v", len(got), err)
	}
}

func FuzzTornTail(f *testing.F) {
	h := newHeader(1)
	whole, starts := file(h, []uint64{0, 1, 2}, []string{"SET", "a", "1"}, []string{"SET", "b", "2"}, []string{"SET", "c", "3"})
	f.Add([]byte(mark))
	f.Add(whole[starts[1]:])
	f.Add(whole[starts[2] : starts[3]-1])
	f.Add(make([]byte, 100))
	f.Fuzz(func(t *testing.T, tail []byte) {
		content := append(slices.Clone(whole), tail...)
		got, end, err := read(content)
		if err != nil || len(got) != 3 || end != int64(len(whole)) {
			t.Errorf("with the tail %q: %d records up to %d of %d, %v", tail, len(got), end, len(whole), err)
		}
	})
}

func FuzzRecords(f *testing.F) {
	content, _ := file(newHeader(1), []uint64{0, 1}, []string{"SET", "a", "1"}, []string{"SET", "b", "2"})
	f.Add(content, 30, byte(1))
	f.Fuzz(func(t *testing.T, content []byte, at int, flip byte) {
		if at >= 0 && at < len(content) {
			content[at] ^= flip
		}
		_, end, _ := read(content)
		if end > int64(len(content)) {
			t.Errorf("end %d of %d bytes", end, len(content))
		}
		decodeCommand(content)
	})
}

func FuzzReadCommand(f *testing.F) {
	f.Add([]byte("*2\r\n$3\r\nGET\r\n$1\r\na\r\n"))
	f.Add([]byte("*1000000\r\n$-1\r\n"))
	f.Fuzz(func(t *testing.T, line []byte) {
		if command, err := readCommand(bufio.NewReader(bytes.NewReader(line))); err == nil {
			classify(command)
			scriptDigest(command)
		}
	})
}
