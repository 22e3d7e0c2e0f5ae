package hydro

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// table reads a CSV file by the names of its columns. Lines that begin with # are comments. Its errors name the line and the column, so that whoever keeps
// the file in a spreadsheet finds the cell.
type table struct {
	rows   *csv.Reader
	column map[string]int
	row    []string
	err    error
}

func newTable(r io.Reader, columns ...string) (*table, error) {
	rows := csv.NewReader(r)
	rows.Comment = '#'
	rows.TrimLeadingSpace = true
	head, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the file is empty: its first line names the columns %s", strings.Join(columns, ","))
	}
	if err != nil {
		return nil, err
	}
	t := &table{rows: rows, column: make(map[string]int)}
	for i, name := range head {
		t.column[strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))] = i
	}
	for _, name := range columns {
		if _, ok := t.column[name]; !ok {
			return nil, fmt.Errorf("column %s is missing: the first line has %s", name, strings.Join(head, ","))
		}
	}
	return t, nil
}

// next goes to the next row; false: there is none, or an error.
func (t *table) next() bool {
	if t.err != nil {
		return false
	}
	row, err := t.rows.Read()
	if errors.Is(err, io.EOF) {
		return false
	}
	t.row, t.err = row, err
	return err == nil
}

func (t *table) text(column string) string { return strings.TrimSpace(t.row[t.column[column]]) }

// number is the column's value, which must be finite and within the limits.
func (t *table) number(column string, least, most float64) float64 {
	v, err := strconv.ParseFloat(t.text(column), 64)
	switch {
	case err != nil || math.IsNaN(v):
		t.fail(column, "%q is not a number", t.text(column))
	case v < least || v > most:
		t.fail(column, "%v is not between %v and %v", v, least, most)
	}
	return v
}

// fail keeps the first thing that is wrong.
func (t *table) fail(column, format string, args ...any) {
	if t.err == nil {
		line, _ := t.rows.FieldPos(t.column[column])
		t.err = fmt.Errorf("line %d, %s: %s", line, column, fmt.Sprintf(format, args...))
	}
}
