package eventlog

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"time"
)

// No event is nearly that long; what is, is no event.
const (
	longestLine = 1 << 20
	mostLines   = 10_000
)

// Reader reads events one after the other. It is not for concurrent use.
type Reader struct {
	lines  *bufio.Reader
	zone   *time.Location
	offset int64
	// What has been read of the next event.
	event *Event
	gap   bool
}

// NewReader reads a log from the byte offset on, which r stands at; zone is that of the machine that writes the log.
func NewReader(r io.Reader, offset int64, zone *time.Location) *Reader {
	return &Reader{lines: bufio.NewReaderSize(r, 64<<10), zone: zone, offset: offset}
}

// Next returns the next whole event. At the end of what r gives it returns r's error, and the event that is not whole yet is dropped: whoever comes
// back to the End of the last one gets it whole.
func (r *Reader) Next() (Event, error) {
	for {
		line, err := r.line()
		if err != nil {
			return Event{}, err
		}
		if header, ok := parseHeader(line, r.zone); ok {
			// A header where an event's end should be: the one before was cut short.
			r.gap = r.gap || r.event != nil
			r.event = &header
			continue
		}
		switch {
		case r.event == nil:
			// Between events there is nothing but what is left of a damaged one.
			r.gap = r.gap || line != "..."
		case line == "...":
			e := *r.event
			e.End, e.Gap = r.offset, r.gap
			r.event, r.gap = nil, false
			return e, nil
		case len(r.event.Body) == mostLines:
			r.event, r.gap = nil, true
		default:
			r.event.Body = append(r.event.Body, line)
		}
	}
}

// line is the next whole line, without its end.
func (r *Reader) line() (string, error) {
	var b strings.Builder
	for {
		part, err := r.lines.ReadSlice('\n')
		r.offset += int64(len(part))
		if b.Len() < longestLine {
			b.Write(part)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return "", err
		}
		return strings.TrimRight(b.String(), "\r\n"), nil
	}
}
