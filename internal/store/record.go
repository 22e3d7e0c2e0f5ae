package store

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// The files of the embedded store, journal and snapshot alike, are a header and then records, each of which is one command.
//
//	header  magic (8) · generation (8) · salt (8) · checksum of these (4)
//	record  mark (4) · number (8) · synced (8) · length (4) · checksum (4) · command (length)
//
// Records are numbered 1, 2, 3 … in their file. "synced" is the number up to which the file was on the disk when the record was appended: it tells
// a tail that was never acknowledged, and may be torn anywhere after a loss of power, from damage in the middle. The checksum covers the salt, so
// that no value in a command can pass for a record. Numbers are big-endian, checksums CRC-32C.
const (
	magic        = "OCEANID1"
	headerSize   = 28
	mark         = "\xf0Oj\xf1"
	recordHeader = 28
	mostRecord   = 1 << 30
)

type header struct {
	generation uint64
	salt       [8]byte
}

func newHeader(generation uint64) header {
	h := header{generation: generation}
	rand.Read(h.salt[:])
	return h
}

func (h header) encode() []byte {
	b := append(make([]byte, 0, headerSize), magic...)
	b = binary.BigEndian.AppendUint64(b, h.generation)
	b = append(b, h.salt[:]...)
	return binary.BigEndian.AppendUint32(b, checksum(b))
}

var errHeader = errors.New("its beginning is damaged")

func readHeader(r io.ReaderAt) (header, error) {
	var b [headerSize]byte
	if _, err := r.ReadAt(b[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return header{}, err
	}
	if string(b[:8]) != magic || binary.BigEndian.Uint32(b[24:]) != checksum(b[:24]) {
		return header{}, errHeader
	}
	return header{generation: binary.BigEndian.Uint64(b[8:]), salt: [8]byte(b[16:24])}, nil
}

func checksum(parts ...[]byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := uint32(0)
	for _, p := range parts {
		sum = crc32.Update(sum, table, p)
	}
	return sum
}

// appendRecord appends the record of a command to b.
func (h header) appendRecord(b []byte, number, synced uint64, command []string) []byte {
	start := len(b)
	b = append(b, mark...)
	b = binary.BigEndian.AppendUint64(b, number)
	b = binary.BigEndian.AppendUint64(b, synced)
	b = append(b, make([]byte, 8)...)
	b = binary.AppendUvarint(b, uint64(len(command)))
	for _, arg := range command {
		b = binary.AppendUvarint(b, uint64(len(arg)))
		b = append(b, arg...)
	}
	head, body := b[start:start+recordHeader], b[start+recordHeader:]
	binary.BigEndian.PutUint32(head[20:], uint32(len(body)))
	binary.BigEndian.PutUint32(head[24:], checksum(h.salt[:], head[:24], body))
	return b
}

// decodeRecord reads the record at the beginning of b; false: there is none.
func (h header) decodeRecord(b []byte) (number, synced uint64, command []byte, ok bool) {
	if len(b) < recordHeader || string(b[:4]) != mark {
		return 0, 0, nil, false
	}
	length := uint64(binary.BigEndian.Uint32(b[20:]))
	if length > mostRecord || length > uint64(len(b)-recordHeader) {
		return 0, 0, nil, false
	}
	command = b[recordHeader : recordHeader+length]
	if binary.BigEndian.Uint32(b[24:]) != checksum(h.salt[:], b[:24], command) {
		return 0, 0, nil, false
	}
	return binary.BigEndian.Uint64(b[4:]), binary.BigEndian.Uint64(b[12:]), command, true
}

func decodeCommand(b []byte) (command []string, ok bool) {
	next := func() (n uint64, ok bool) {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			return 0, false
		}
		b = b[size:]
		return n, n <= uint64(len(b))
	}
	n, ok := next()
	if !ok || n == 0 {
		return nil, false
	}
	command = make([]string, 0, n)
	for range n {
		length, ok := next()
		if !ok {
			return nil, false
		}
		command = append(command, string(b[:length]))
		b = b[length:]
	}
	return command, len(b) == 0
}

// damage is damage in the middle of a file: acknowledged records are lost.
type damage struct {
	number uint64
	offset int64
}

func (d *damage) Error() string {
	return fmt.Sprintf("record %d at byte %d is damaged, and whole ones follow it", d.number, d.offset)
}

// readRecords yields the commands of a file of that size and returns where the last whole record ends and how many there are. What follows
// is a tail that was never acknowledged. Damage before something that was acknowledged is a *damage.
func (h header) readRecords(r io.ReaderAt, size int64, yield func(command []string) error) (end int64, records uint64, err error) {
	end = headerSize
	in := bufio.NewReaderSize(io.NewSectionReader(r, end, size-end), 1<<20)
	var b []byte
	for end < size {
		command, length, ok, err := h.nextRecord(in, &b, records+1, size-end)
		if err != nil {
			return end, records, err
		}
		if !ok {
			return end, records, h.examineTail(r, end, size, records+1)
		}
		if err := yield(command); err != nil {
			return end, records, err
		}
		end += length
		records++
	}
	return end, records, nil
}

// nextRecord reads one record into b; false: there is no whole one with that number.
func (h header) nextRecord(in *bufio.Reader, b *[]byte, number uint64, left int64) (command []string, length int64, ok bool, err error) {
	if left < recordHeader {
		return nil, 0, false, nil
	}
	*b = append((*b)[:0], make([]byte, recordHeader)...)
	if _, err := io.ReadFull(in, *b); err != nil {
		return nil, 0, false, err
	}
	body := int64(binary.BigEndian.Uint32((*b)[20:]))
	if string((*b)[:4]) != mark || body > mostRecord || body > left-recordHeader {
		return nil, 0, false, nil
	}
	*b = append(*b, make([]byte, body)...)
	if _, err := io.ReadFull(in, (*b)[recordHeader:]); err != nil {
		return nil, 0, false, err
	}
	n, _, payload, ok := h.decodeRecord(*b)
	if !ok || n != number {
		return nil, 0, false, nil
	}
	command, ok = decodeCommand(payload)
	return command, recordHeader + body, ok, nil
}

// examineTail looks in what follows the last whole record for proof that the next one had been on the disk: a later record that says so.
func (h header) examineTail(r io.ReaderAt, end, size int64, missing uint64) error {
	tail := make([]byte, size-end)
	if _, err := r.ReadAt(tail, end); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for at := 0; ; at++ {
		i := bytes.Index(tail[at:], []byte(mark))
		if i < 0 {
			return nil
		}
		at += i
		if number, synced, _, ok := h.decodeRecord(tail[at:]); ok && number > missing && synced >= missing {
			return &damage{number: missing, offset: end}
		}
	}
}
