package figure

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// canvas writes SVG elements. Text is escaped; an error is kept until flush.
type canvas struct{ out *bufio.Writer }

func newCanvas(w io.Writer, width, height float64, title, description string) *canvas {
	c := &canvas{out: bufio.NewWriter(w)}
	fmt.Fprintf(c.out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-labelledby="title desc">`+"\n", width, height, width, height)
	fmt.Fprintf(c.out, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n<style>%s</style>\n", escape(title), escape(description), style)
	c.rect("paper", 0, 0, width, height)
	return c
}

func (c *canvas) flush() error {
	c.out.WriteString("</svg>\n")
	return c.out.Flush()
}

func (c *canvas) rect(class string, x, y, width, height float64) {
	fmt.Fprintf(c.out, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`+"\n", class, x, y, width, height)
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(c.out, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", class, x1, y1, x2, y2)
}

func (c *canvas) dot(class string, x, y, radius float64) {
	fmt.Fprintf(c.out, `<circle class="%s" cx="%.1f" cy="%.1f" r="%g"/>`+"\n", class, x, y, radius)
}

// text is anchored at its "start", "middle" or "end".
func (c *canvas) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(c.out, `<text class="%s" text-anchor="%s" x="%.1f" y="%.1f">%s</text>`+"\n", class, anchor, x, y, escape(text))
}

// upright is text turned a quarter to the left, as beside an axis.
func (c *canvas) upright(class string, x, y float64, text string) {
	fmt.Fprintf(c.out, `<text class="%s" text-anchor="middle" transform="translate(%.1f %.1f) rotate(-90)">%s</text>`+"\n", class, x, y, escape(text))
}

type point struct{ x, y float64 }

// path is a line through the points, or an area where fill is a colour.
func (c *canvas) path(class, fill string, points []point) {
	fmt.Fprintf(c.out, `<path class="%s"`, class)
	if fill != "" {
		fmt.Fprintf(c.out, ` fill="%s"`, fill)
	}
	c.out.WriteString(` d="`)
	for i, p := range points {
		fmt.Fprintf(c.out, "%c%.1f %.1f", "ML"[min(i, 1)], p.x, p.y)
	}
	c.out.WriteString("\"/>\n")
}

func (c *canvas) swatch(fill string, x, y, size float64) {
	fmt.Fprintf(c.out, `<rect fill="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="2"/>`+"\n", fill, x, y, size, size)
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}

const style = `
:root { color-scheme: light dark }
text { font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1b2733 }
.title { font-size: 19px; font-weight: 600 }
.quiet { fill: #5a6875 }
.peak { font-size: 15px; font-weight: 600 }
.paper { fill: #fff }
.grid { stroke: #dfe5ea }
.axis { stroke: #8a97a3 }
.rain { fill: #a9c9ea }
.effective { fill: #2f6fb3 }
.band { stroke: #fff; stroke-width: .6 }
.outlet { fill: none; stroke: #12212f; stroke-width: 2.2; stroke-linejoin: round }
.mark { fill: #c2410c; stroke: #fff; stroke-width: 1.5 }
.lead { stroke: #c2410c; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .quiet { fill: #9aa7b4 } .paper { fill: #11181f } .grid { stroke: #27323d } .axis { stroke: #66737f }
.rain { fill: #35577a } .effective { fill: #6fb1f0 } .band { stroke: #11181f } .outlet { stroke: #f2f6f9 } .mark { fill: #fb923c; stroke: #11181f } .lead { stroke: #fb923c }
}
`
