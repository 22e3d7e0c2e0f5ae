package figure

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/oceanid/oceanid/examples/portal/hydro"
)

// The places on the canvas, in pixels.
const (
	width, height         = 1080.0, 640.0
	left, right           = 70.0, 800.0
	rainTop, rainBottom   = 76.0, 180.0
	flowTop, flowBottom   = 206.0, 584.0
	legendLeft, legendTop = 832.0, 222.0
)

// Draw writes the flood at an outlet as an SVG: the rain and the part of it that runs off, the discharge as the sum of the sub-basins' parts, the nearest at the bottom, and
// its peak.
func Draw(w io.Writer, title string, o hydro.Outlet) error {
	peak, when := o.Total.Peak()
	end := shown(o)
	clock := hours(end)
	x := axis{most: clock[len(clock)-1], from: left, to: right}
	rain := gather(o.Storm, o.EffectiveRain(), time.Duration(6/(x.at(1)-x.at(0))*float64(time.Hour)))
	depths := ticks(slices.Max(rain.rain), 3)
	flows := ticks(peak*1.08, 6)
	down := axis{most: depths[len(depths)-1], from: rainTop, to: rainBottom}
	up := axis{most: flows[len(flows)-1], from: flowBottom, to: flowTop}

	summary := fmt.Sprintf("%d sub-basins, %.1f km². %.0f mm of rain in %g h, of which %.1f mm run off.",
		len(o.Basins), o.Area(), o.Storm.Depth(), o.Storm.Duration().Hours(), o.Total.Volume()/o.Area()/1000)
	crest := fmt.Sprintf("%.0f m³/s after %s", peak, hydro.Clock(when))
	c := newCanvas(w, width, height, title, summary+" Peak "+crest+".")
	c.text("title", "start", left, 32, title)
	c.text("quiet", "start", left, 54, summary)

	for _, v := range clock {
		c.line("grid", x.at(v), rainTop, x.at(v), flowBottom)
		c.text("quiet", "middle", x.at(v), flowBottom+20, number(v))
	}
	c.text("quiet", "middle", (left+right)/2, height-12, "hours after the beginning of the storm")
	scale(c, down, depths, "rain, "+rain.unit())
	scale(c, up, flows, "discharge at the outlet, m³/s")

	drawRain(c, rain, x, down)
	drawFlood(c, o, x, up)
	c.line("lead", x.at(when.Hours()), up.at(peak), x.at(when.Hours()), flowBottom)
	c.dot("mark", x.at(when.Hours()), up.at(peak), 5)
	if x.at(when.Hours()) < (left+right)*0.62 {
		c.text("peak", "start", x.at(when.Hours())+12, up.at(peak)-4, crest)
	} else {
		c.text("peak", "end", x.at(when.Hours())-12, up.at(peak)-4, crest)
	}
	for _, bottom := range []float64{rainTop, flowBottom} {
		c.line("axis", left, bottom, right, bottom)
	}
	legend(c, o)
	return c.flush()
}

// shown is how much of the flood is drawn: until little more than nothing flows.
func shown(o hydro.Outlet) time.Duration {
	peak, _ := o.Total.Peak()
	for i, q := range slices.Backward(o.Total.Flow) {
		if q > 0.01*peak {
			return max(o.Storm.Duration(), time.Duration(i+1)*o.Total.Step)
		}
	}
	return o.Storm.Duration()
}

// scale draws an upright axis: its lines, numbers and name.
func scale(c *canvas, a axis, values []float64, name string) {
	for _, v := range values {
		c.line("grid", left, a.at(v), right, a.at(v))
		c.text("quiet", "end", left-8, a.at(v)+4, number(v))
	}
	c.upright("quiet", 20, (a.from+a.to)/2, name)
}

// drawFlood stacks the parts, the nearest sub-basin first, so that the upper edge is the sum.
func drawFlood(c *canvas, o hydro.Outlet, x, up axis) {
	last := min(len(o.Total.Flow)-1, int(math.Round(x.most/o.Total.Step.Hours())))
	at := func(i int) float64 { return x.at(float64(i) * o.Total.Step.Hours()) }
	below := make([]float64, last+1)
	var edge []point
	for rank, part := range order(o) {
		area := make([]point, 0, 2*len(below))
		for i, q := range slices.Backward(below) {
			area = append(area, point{at(i), up.at(q)})
		}
		edge = edge[:0]
		for i := range below {
			if flow := o.Parts[part].Flow; i < len(flow) {
				below[i] += flow[i]
			}
			edge = append(edge, point{at(i), up.at(below[i])})
		}
		c.path("band", colour(rank, len(o.Parts)), append(area, edge...))
	}
	c.path("outlet", "", edge)
}

// order is that of the stack: by travel time.
func order(o hydro.Outlet) []int {
	order := make([]int, len(o.Basins))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch d := o.Basins[a].Reach - o.Basins[b].Reach; {
		case d < 0:
			return -1
		case d > 0:
			return 1
		}
		return 0
	})
	return order
}

// legend names the bands, the uppermost first. More than fit are counted.
func legend(c *canvas, o hydro.Outlet) {
	c.rect("effective", legendLeft, rainTop+6, 12, 12)
	c.text("", "start", legendLeft+20, rainTop+17, "runs off")
	c.rect("rain", legendLeft, rainTop+28, 12, 12)
	c.text("", "start", legendLeft+20, rainTop+39, "stays: wets, fills, infiltrates")

	c.text("quiet", "start", legendLeft, legendTop-6, "sub-basin")
	c.text("quiet", "end", width-24, legendTop-6, "its peak, m³/s")
	const pitch = 24.0
	fit := int(math.Floor((flowBottom - legendTop) / pitch))
	bands := order(o)
	slices.Reverse(bands)
	for row, part := range bands {
		y := legendTop + float64(row+1)*pitch - 6
		if row+1 == fit && len(bands) > fit {
			c.text("quiet", "start", legendLeft+20, y, fmt.Sprintf("and %d more", len(bands)-row))
			return
		}
		peak, _ := o.Parts[part].Peak()
		c.swatch(colour(len(bands)-1-row, len(bands)), legendLeft, y-11, 12)
		c.text("", "start", legendLeft+20, y, o.Basins[part].ID+" "+clip(o.Basins[part].Name, 20))
		c.text("quiet", "end", width-24, y, fmt.Sprintf("%.1f", peak))
	}
}

// colour goes from a dark blue over green to a light yellow, in steps that an eye without red or green can tell apart, too.
func colour(rank, of int) string {
	stops := [...][3]float64{{46, 62, 122}, {38, 111, 142}, {41, 157, 143}, {122, 196, 112}, {226, 214, 92}}
	at := 0.0
	if of > 1 {
		at = float64(rank) / float64(of-1) * float64(len(stops)-1)
	}
	i := min(int(at), len(stops)-2)
	var rgb [3]int
	for k := range rgb {
		rgb[k] = int(math.Round(stops[i][k] + (stops[i+1][k]-stops[i][k])*(at-float64(i))))
	}
	return fmt.Sprintf("#%02x%02x%02x", rgb[0], rgb[1], rgb[2])
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
