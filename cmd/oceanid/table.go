package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// table aligns what it is given in columns. Everything in it is cleaned.
type table struct {
	paint painter
	rows  [][]painted
}

// newTable makes a table with a head; without columns it has none.
func (a *app) newTable(columns ...string) *table {
	t := &table{paint: a.painter(a.out)}
	if len(columns) > 0 {
		head := make([]painted, len(columns))
		for i, c := range columns {
			head[i] = painted{c, faint}
		}
		t.rows = append(t.rows, head)
	}
	return t
}

// row adds a row. A cell is painted, or is anything that fmt prints.
func (t *table) row(cells ...any) {
	row := make([]painted, len(cells))
	for i, c := range cells {
		p, ok := c.(painted)
		if !ok {
			p = painted{text: fmt.Sprint(c)}
		}
		if p.text = clean(p.text); p.text == "" {
			p.text = "-"
		}
		row[i] = p
	}
	t.rows = append(t.rows, row)
}

// field adds a row of a list of names and values, unless there is no value.
func (t *table) field(name string, value any) {
	if p, ok := value.(painted); ok && p.text == "" || value == "" {
		return
	}
	t.row(painted{name, faint}, value)
}

// write prints the table, two blanks between columns and none at the end of a line.
func (t *table) write(w io.Writer) {
	var widths []int
	for _, row := range t.rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(c.text))
		}
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, c := range row {
			line.WriteString(t.paint(c))
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-ansi.StringWidth(c.text)+2))
			}
		}
		fmt.Fprintln(w, line.String())
	}
}
