package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
)

// lines is a file of records, one JSON object a line, that one process appends to and others read meanwhile. A line counts once its newline
// is there: what a crash left after the last newline was never said.
type lines struct {
	file *os.File
	size int64
}

// openLines opens or makes the file for appending, and cuts off what stands after its last whole line.
func openLines(path string) (*lines, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	size, err := readLines(file, 0, func(record, int64) error { return nil })
	if err == nil {
		err = file.Truncate(size)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return &lines{file: file, size: size}, nil
}

// append adds records, all of them or, on an error, none. With durable they have reached the disk when it returns.
func (l *lines) append(records []record, durable bool) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	for _, r := range records {
		if err := encoder.Encode(r); err != nil {
			return err
		}
	}
	n, err := l.file.WriteAt(text.Bytes(), l.size)
	if err == nil && durable {
		err = l.file.Sync()
	}
	if err != nil {
		return errors.Join(err, l.file.Truncate(l.size))
	}
	l.size += int64(n)
	return nil
}

func (l *lines) close() error { return l.file.Close() }

// readLines hands over the records from an offset on, each with the offset after it, and returns the offset after the last whole line. A line that is no
// record is passed over. It stops with yield's error.
func readLines(file io.ReaderAt, offset int64, yield func(r record, next int64) error) (int64, error) {
	in := bufio.NewReaderSize(io.NewSectionReader(file, offset, 1<<62), 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return offset, nil
		}
		if err != nil {
			return offset, err
		}
		offset += int64(len(line))
		r := record{}
		if json.Unmarshal(line, &r) != nil {
			continue
		}
		if err := yield(r, offset); err != nil {
			return offset, err
		}
	}
}
